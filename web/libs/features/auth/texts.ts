import { Injectable, inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { Problem } from '@kerben/api';
import { ProblemTexts } from '@kerben/core';

/** Sentences about failed sign-ins in the language of the page; the server's own are Russian. */
@Injectable({ providedIn: 'root' })
export class AuthTexts {
  private readonly transloco = inject(TranslocoService);
  private readonly texts = inject(ProblemTexts);

  of(error: unknown): string {
    const own = error instanceof Problem ? this.own(error.code) : undefined;
    return own ?? this.texts.of(error);
  }

  /** What is wrong with a field of the form, or undefined when nothing is. */
  field(error: unknown, ...names: string[]): string | undefined {
    if (!(error instanceof Problem)) return undefined;
    for (const name of names) {
      const said = error.field(name);
      if (said === undefined) continue;
      const code = error.errors.find((e) => e.detail === said)?.code ?? '';
      return this.own(code) ?? this.own(error.code) ?? this.russianOr(said);
    }
    return undefined;
  }

  required(): string {
    return this.transloco.translate('common.required');
  }

  private russianOr(said: string): string {
    return this.transloco.getActiveLang() === 'ru' ? said : this.transloco.translate('errors.invalid');
  }

  private own(code: string): string | undefined {
    if (this.transloco.getActiveLang() === 'ru') return undefined;
    const key = `auth.errors.${code}`;
    const known = key in this.transloco.getTranslation(this.transloco.getActiveLang());
    return known ? this.transloco.translate<string>(key) : undefined;
  }
}
