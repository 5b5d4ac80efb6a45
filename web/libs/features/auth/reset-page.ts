import { ChangeDetectionStrategy, Component, inject, input, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { api, call } from '@kerben/api';
import { PhonePipe } from '@kerben/core';
import { Toasts } from '@kerben/design';
import { AuthFrame, BELOW } from './auth-frame';
import { contactOf, unbroken } from './contact';
import { AuthField, Resend } from './fields';
import { authForm } from './form-state';

/** A new password by a one-time code; all open sessions are closed by it. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AuthField, AuthFrame, PhonePipe, Resend, RouterLink, TranslocoDirective],
  template: `
    <k-auth-frame
      [heading]="t('auth.reset_title')"
      [text]="t(sent() ? 'auth.code_text' : 'auth.reset_text', { to: unbroken(login() | phone) })"
      [form]="form"
      [action]="t(sent() ? 'auth.set_password' : 'auth.send_code')"
      (sent)="sent() ? change() : ask()"
      *transloco="let t"
    >
      @if (!sent()) {
        <k-auth-field
          name="login"
          [label]="t('auth.login')"
          autocomplete="username"
          [first]="true"
          [error]="form.wrong('login', 'phone', 'email')"
          [(value)]="login"
        />
      } @else {
        <k-auth-field
          name="code"
          [label]="t('auth.code')"
          kind="code"
          autocomplete="one-time-code"
          [maxlength]="12"
          [first]="true"
          [error]="form.wrong('code')"
          [(value)]="code"
        />
        <k-auth-field
          name="password"
          [label]="t('auth.new_password')"
          kind="password"
          autocomplete="new-password"
          [maxlength]="1000"
          [hint]="t('auth.password_hint')"
          [error]="form.wrong('password')"
          [(value)]="password"
        />
      }
      @if (sent()) {
        <k-resend [since]="resendAt()" [busy]="form.busy()" (again)="send()" after />
      }
      <p class="below" below>
        <a class="k-btn k-btn--plain" routerLink="/signin" [queryParams]="{ next: next() }">
          {{ t('auth.back_to_signin') }}
        </a>
      </p>
    </k-auth-frame>
  `,
  styles: BELOW,
})
export class ResetPage {
  readonly next = input<string>();
  protected readonly login = signal('');
  protected readonly code = signal('');
  protected readonly password = signal('');
  protected readonly sent = signal(false);
  protected readonly resendAt = signal(0);
  protected readonly form = authForm();
  protected readonly unbroken = unbroken;
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  protected ask(): void {
    if (this.form.filled(['login', this.login()])) this.send();
  }

  protected send(): void {
    void this.form.run(async () => {
      const body = { purpose: 'password_reset' as const, ...contactOf(this.login()) };
      const asked = await call(api.POST('/api/v1/auth/codes', { body }));
      this.resendAt.set(Date.now() + asked.resend_after_s * 1000);
      this.sent.set(true);
    });
  }

  protected change(): void {
    if (!this.form.filled(['code', this.code()], ['password', this.password()])) return;
    void this.form.run(async () => {
      const code = this.code().replace(/\s/g, '');
      const body = { code, password: this.password(), ...contactOf(this.login()) };
      await call(api.POST('/api/v1/auth/password/reset', { body }));
      this.toasts.good(this.transloco.translate('auth.password_set'));
      await this.router.navigate(['/signin'], {
        queryParams: { next: this.next() },
        state: { login: this.login().trim() },
      });
    });
  }
}
