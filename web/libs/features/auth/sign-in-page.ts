import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Problem, api, call } from '@kerben/api';
import { PhonePipe, Session } from '@kerben/core';
import { AuthFrame, BELOW } from './auth-frame';
import { contactOf, unbroken } from './contact';
import { Entrance } from './enter';
import { AuthField, Resend } from './fields';
import { authForm } from './form-state';

type Stage = 'password' | 'contact' | 'code' | 'factor';

/** Signing in by password or by a code sent to the phone or address; the second factor when the account has one. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AuthField, AuthFrame, PhonePipe, Resend, RouterLink, TranslocoDirective],
  template: `
    <k-auth-frame
      [heading]="t('auth.signin_title')"
      [text]="t(about(), { to: unbroken(login() | phone) })"
      [form]="form"
      [action]="t(stage() === 'contact' ? 'auth.send_code' : 'auth.enter')"
      (sent)="submit()"
      *transloco="let t"
    >
      @switch (stage()) {
        @case ('password') {
          <k-auth-field
            name="login"
            [label]="t('auth.login')"
            autocomplete="username"
            [error]="form.wrong('login')"
            [(value)]="login"
          />
          <k-auth-field
            name="password"
            [label]="t('auth.password')"
            kind="password"
            autocomplete="current-password"
            [maxlength]="1000"
            [error]="form.wrong('password')"
            [(value)]="password"
          />
        }
        @case ('contact') {
          <k-auth-field
            name="login"
            [label]="t('auth.login')"
            autocomplete="username"
            [first]="true"
            [error]="form.wrong('login', 'phone', 'email')"
            [(value)]="login"
          />
        }
        @case ('code') {
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
        }
        @case ('factor') {
          @if (recovery()) {
            <k-auth-field
              name="otp"
              [label]="t('auth.recovery_code')"
              [maxlength]="40"
              [first]="true"
              [error]="form.wrong('otp')"
              [(value)]="otp"
            />
          } @else {
            <k-auth-field
              name="otp"
              [label]="t('auth.otp')"
              kind="code"
              autocomplete="one-time-code"
              [maxlength]="12"
              [first]="true"
              [error]="form.wrong('otp')"
              [(value)]="otp"
            />
          }
        }
      }
      <div class="k-row k-row--between" after>
        @switch (stage()) {
          @case ('password') {
            <button type="button" class="k-btn k-btn--plain" (click)="turn('contact')">
              {{ t('auth.by_code') }}
            </button>
            <a class="k-btn k-btn--plain" routerLink="/reset" [queryParams]="{ next: next() }">
              {{ t('auth.forgot') }}
            </a>
          }
          @case ('contact') {
            <button type="button" class="k-btn k-btn--plain alone" (click)="turn('password')">
              {{ t('auth.by_password') }}
            </button>
          }
          @case ('code') {
            <button type="button" class="k-btn k-btn--plain" (click)="turn('contact')">
              {{ t('auth.other_login') }}
            </button>
            <k-resend [since]="resendAt()" [busy]="form.busy()" (again)="send()" />
          }
          @case ('factor') {
            <button type="button" class="k-btn k-btn--plain" (click)="turn('password')">
              {{ t('common.back') }}
            </button>
            <button type="button" class="k-btn k-btn--plain" (click)="swap()">
              {{ t(recovery() ? 'auth.use_otp' : 'auth.use_recovery') }}
            </button>
          }
        }
      </div>
      @if (stage() === 'password' && newcomers) {
        <p class="below" below>
          <span class="k-soft">{{ t('auth.no_account') }}</span>
          <a class="k-btn" routerLink="/signup" [queryParams]="{ next: next() }">{{ t('auth.to_signup') }}</a>
        </p>
      }
    </k-auth-frame>
  `,
  styles: [BELOW, '.alone { margin-inline: auto; }'],
})
export class SignInPage {
  /** Where to go afterwards, from the address. */
  readonly next = input<string>();
  protected readonly stage = signal<Stage>('password');
  protected readonly login = signal('');
  protected readonly password = signal('');
  protected readonly code = signal('');
  protected readonly otp = signal('');
  protected readonly recovery = signal(false);
  protected readonly resendAt = signal(0);
  protected readonly form = authForm();
  protected readonly unbroken = unbroken;
  private readonly entrance = inject(Entrance);
  private byCode = false;
  /** The console has no sign-up. */
  protected readonly newcomers = inject(Router).config.some((route) => route.path === 'signup');

  /** The storefront, and not a place of work. */
  private readonly home = new URL(document.baseURI).pathname === '/';
  /** What to do now. */
  protected readonly about = computed(() => {
    const stage = this.stage();
    if (stage === 'password') return this.home ? 'auth.password_text' : 'auth.password_text_work';
    return stage === 'factor' && this.recovery() ? 'auth.recovery_text' : `auth.${stage}_text`;
  });

  constructor() {
    const state = history.state as { login?: unknown } | null;
    if (typeof state?.login === 'string') this.login.set(state.login);
    // Somebody who is in already came by an old link.
    if (inject(Session).isSignedIn()) queueMicrotask(() => void this.entrance.go(this.next()));
  }

  protected turn(stage: Stage): void {
    this.stage.set(stage);
    this.byCode = stage === 'contact' || stage === 'code';
    this.form.forget();
    this.code.set('');
    this.otp.set('');
    this.recovery.set(false);
  }

  protected swap(): void {
    this.recovery.update((now) => !now);
    this.otp.set('');
    this.form.forget();
  }

  protected submit(): void {
    const asked = {
      password: { login: this.login(), password: this.password() },
      contact: { login: this.login() },
      code: { code: this.code() },
      factor: { otp: this.otp() },
    }[this.stage()];
    if (!this.form.filled(...Object.entries(asked))) return;
    if (this.stage() === 'contact') this.send();
    else this.enter();
  }

  protected send(): void {
    void this.form.run(async () => {
      const body = { purpose: 'signin' as const, ...contactOf(this.login()) };
      const asked = await call(api.POST('/api/v1/auth/codes', { body }));
      this.resendAt.set(Date.now() + asked.resend_after_s * 1000);
      this.stage.set('code');
      this.byCode = true;
    });
  }

  private enter(): void {
    const otp = this.stage() === 'factor' ? this.otp().replace(/\s/g, '') : null;
    void this.form.run(
      async () => {
        const answer = this.byCode
          ? await call(
              api.POST('/api/v1/auth/signin/code', {
                body: { code: this.code().replace(/\s/g, ''), otp, ...contactOf(this.login()) },
              }),
            )
          : await call(
              api.POST('/api/v1/auth/signin', {
                body: { login: this.login().trim(), password: this.password(), otp },
              }),
            );
        await this.entrance.enter(answer, this.next());
      },
      (error) => {
        const wanted = error instanceof Problem && error.code === 'OTP_REQUIRED';
        if (wanted) this.stage.set('factor');
        else if (this.stage() === 'factor') this.otp.set('');
        return wanted;
      },
    );
  }
}
