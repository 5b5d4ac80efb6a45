import { ChangeDetectionStrategy, Component, inject, input, linkedSignal, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call } from '@kerben/api';
import { ProblemTexts, Session } from '@kerben/core';
import { Ornament, Toasts } from '@kerben/design';
import { CurrentShop } from '../shell/current-shop';

/** Somebody invited to work in a shop gives the code of the message. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [FormsModule, Ornament, RouterLink, TranslocoDirective],
  template: `
    <main class="k-page k-page--narrow k-stack k-stack--loose" id="content" *transloco="let t">
      <header>
        <k-ornament />
        <h1>{{ t('trade.invite.title') }}</h1>
        <p class="k-soft">{{ t('trade.invite.text', { name: session.user()?.name }) }}</p>
      </header>
      <form class="k-card k-form" (ngSubmit)="accept()">
        <label class="k-field">
          <span>{{ t('trade.invite.code') }}</span>
          <input
            class="k-input k-num"
            name="code"
            maxlength="100"
            autocomplete="one-time-code"
            [(ngModel)]="typed"
            [attr.aria-invalid]="!!wrong()"
            aria-describedby="invite-code"
          />
          <small id="invite-code" [class]="wrong() ? 'k-error' : 'k-hint'">{{
            wrong() || t('trade.invite.code_hint')
          }}</small>
        </label>
        <button type="submit" class="k-btn k-btn--primary" [disabled]="busy()">
          {{ t('trade.invite.accept') }}
        </button>
      </form>
      <a routerLink="/" class="k-btn k-btn--plain other">{{ t('trade.invite.to_cabinet') }}</a>
    </main>
  `,
  styles: `
    header {
      display: grid;
      justify-items: center;
      gap: var(--s2);
      text-align: center;
    }
    .other {
      justify-self: center;
    }
  `,
})
export class InvitePage {
  /** The code when it came in the address. */
  readonly code = input<string>();
  protected readonly session = inject(Session);
  protected readonly typed = linkedSignal(() => this.code() ?? '');
  protected readonly busy = signal(false);
  protected readonly wrong = signal('');
  private readonly current = inject(CurrentShop);
  private readonly router = inject(Router);
  private readonly texts = inject(ProblemTexts);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  protected async accept(): Promise<void> {
    const code = this.typed().trim();
    this.wrong.set(code ? '' : this.transloco.translate<string>('common.required'));
    if (this.busy() || !code) return;
    this.busy.set(true);
    try {
      const joined = await call(api.POST('/api/v1/staff/invitations/accept', { body: { code } }));
      this.toasts.good(this.transloco.translate('trade.invite.joined', { name: joined.merchant_name }));
      // Who works for a seller needs the second step: before anything of the shop is asked for.
      const me = await call(api.GET('/api/v1/me', {}));
      if (me.second_factor_required && !me.second_factor) {
        await this.router.navigateByUrl('/second-factor');
        return;
      }
      this.current.reload();
      await this.router.navigateByUrl('/');
    } catch (error) {
      if (error instanceof Problem && error.status >= 400 && error.status < 500)
        this.wrong.set(this.texts.of(error));
      else this.toasts.bad(error);
    } finally {
      this.busy.set(false);
    }
  }
}
