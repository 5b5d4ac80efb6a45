import { Injectable, inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { Problem } from '@kerben/api';

/** A sentence for people about a failure: what happened and what to do; never a code. */
@Injectable({ providedIn: 'root' })
export class ProblemTexts {
  private readonly transloco = inject(TranslocoService);

  of(error: unknown): string {
    if (!(error instanceof Problem)) return this.text('unknown');
    if (error.status === 0) return this.text('OFFLINE');
    if (error.status >= 500) return this.text('server');
    const first = error.errors.length === 1 ? error.errors[0]!.detail : '';
    // The server speaks Russian; for other languages there are sentences for what people meet.
    if (this.transloco.getActiveLang() === 'ru') return first || error.detail || this.text('unknown');
    const own = `errors.${error.code}`;
    const translated = this.transloco.translate<string>(own);
    if (translated !== own) return translated;
    return error.status === 422 ? this.text('invalid') : this.text('unknown');
  }

  private text(key: string): string {
    return this.transloco.translate(`errors.${key}`);
  }
}
