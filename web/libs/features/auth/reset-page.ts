import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call } from '@kerben/api';
import { PhonePipe } from '@kerben/core';
import { Toasts } from '@kerben/design';
import { AuthFrame } from './auth-frame';
import { contactOf } from './contact';
import { AuthField, Resend } from './fields';
import { AuthTexts } from './texts';

/** A new password by a one-time code; all open sessions are closed by it. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AuthField, AuthFrame, PhonePipe, Resend, RouterLink, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <k-auth-frame
        [heading]="t('auth.reset_title')"
        [text]="t(sent() ? 'auth.code_text' : 'auth.reset_text', { to: (login() | phone) })"
      >
        <form class="k-form" (submit)="submit($event)" novalidate>
          @if (failure(); as text) {
            <p class="k-notice k-notice--bad" role="alert">{{ text }}</p>
          }
          @if (!sent()) {
            <k-auth-field
              name="login"
              [label]="t('auth.login')"
              autocomplete="username"
              [first]="true"
              [error]="wrong('login', 'phone', 'email')"
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
              [error]="wrong('code')"
              [(value)]="code"
            />
            <k-auth-field
              name="password"
              [label]="t('auth.new_password')"
              kind="password"
              autocomplete="new-password"
              [maxlength]="1000"
              [hint]="t('auth.password_hint')"
              [error]="wrong('password')"
              [(value)]="password"
            />
          }
          <button type="submit" class="k-btn k-btn--primary k-btn--wide" [disabled]="busy()">
            {{ t(sent() ? 'auth.set_password' : 'auth.send_code') }}
          </button>
          @if (sent()) {
            <k-resend [since]="resendAt()" [busy]="busy()" (again)="send()" />
          }
        </form>
        <p class="below" below>
          <a class="k-btn k-btn--plain" routerLink="/signin" [queryParams]="{ next: next() }">
            {{ t('auth.back_to_signin') }}
          </a>
        </p>
      </k-auth-frame>
    </ng-container>
  `,
  styles: `
    .below {
      display: flex;
      justify-content: center;
    }
  `,
})
export class ResetPage {
  readonly next = input<string>();
  protected readonly login = signal('');
  protected readonly code = signal('');
  protected readonly password = signal('');
  protected readonly sent = signal(false);
  protected readonly busy = signal(false);
  protected readonly resendAt = signal(0);
  private readonly error = signal<unknown>(null);
  private readonly missing = signal<string | null>(null);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly texts = inject(AuthTexts);
  private readonly transloco = inject(TranslocoService);

  protected readonly failure = computed(() => {
    const error = this.error();
    if (error === null || (error instanceof Problem && error.errors.length)) return '';
    return this.texts.of(error);
  });

  protected wrong(...names: string[]): string | undefined {
    const missing = this.missing();
    if (missing && names.includes(missing)) return this.texts.required();
    return this.texts.field(this.error(), ...names);
  }

  protected submit(event: Event): void {
    event.preventDefault();
    this.error.set(null);
    this.missing.set(null);
    const fields = this.sent()
      ? ([
          ['code', this.code()],
          ['password', this.password()],
        ] as const)
      : ([['login', this.login()]] as const);
    const empty = fields.find(([, value]) => !value.trim());
    if (empty) queueMicrotask(() => this.missing.set(empty[0]));
    else void (this.sent() ? this.change() : this.send());
  }

  protected async send(): Promise<void> {
    await this.run(async () => {
      const body = { purpose: 'password_reset' as const, ...contactOf(this.login()) };
      const asked = await call(api.POST('/api/v1/auth/codes', { body }));
      this.resendAt.set(Date.now() + asked.resend_after_s * 1000);
      this.sent.set(true);
    });
  }

  private async change(): Promise<void> {
    await this.run(async () => {
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

  private async run(work: () => Promise<void>): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.error.set(null);
    try {
      await work();
    } catch (error) {
      this.error.set(error);
    } finally {
      this.busy.set(false);
    }
  }
}
