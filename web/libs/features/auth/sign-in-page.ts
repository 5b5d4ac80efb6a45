import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Problem, api, call } from '@kerben/api';
import { PhonePipe, Session } from '@kerben/core';
import { AuthFrame } from './auth-frame';
import { contactOf } from './contact';
import { Entrance } from './enter';
import { AuthField, Resend } from './fields';
import { AuthTexts } from './texts';

type Stage = 'password' | 'contact' | 'code' | 'factor';

/** Signing in by password or by a code sent to the phone or address; the second factor when the account has one. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AuthField, AuthFrame, PhonePipe, Resend, RouterLink, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <k-auth-frame
        [heading]="t('auth.signin_title')"
        [text]="
          t('auth.' + stage() + (stage() === 'password' && !home ? '_text_work' : '_text'), {
            to: (login() | phone),
          })
        "
      >
        <form class="k-form" (submit)="submit($event)" novalidate>
          @if (failure(); as text) {
            <p class="k-notice k-notice--bad" role="alert">{{ text }}</p>
          }
          @switch (stage()) {
            @case ('password') {
              <k-auth-field
                name="login"
                [label]="t('auth.login')"
                autocomplete="username"
                [error]="wrong('login')"
                [(value)]="login"
              />
              <k-auth-field
                name="password"
                [label]="t('auth.password')"
                kind="password"
                autocomplete="current-password"
                [maxlength]="1000"
                [error]="wrong('password')"
                [(value)]="password"
              />
            }
            @case ('contact') {
              <k-auth-field
                name="login"
                [label]="t('auth.login')"
                autocomplete="username"
                [first]="true"
                [error]="wrong('login', 'phone', 'email')"
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
                [error]="wrong('code')"
                [(value)]="code"
              />
            }
            @case ('factor') {
              <k-auth-field
                name="otp"
                [label]="t(recovery() ? 'auth.recovery_code' : 'auth.otp')"
                [kind]="recovery() ? 'text' : 'code'"
                autocomplete="one-time-code"
                [maxlength]="40"
                [first]="true"
                [error]="wrong('otp')"
                [(value)]="otp"
              />
            }
          }
          <button type="submit" class="k-btn k-btn--primary k-btn--wide" [disabled]="busy()">
            {{ t(stage() === 'contact' ? 'auth.send_code' : 'auth.enter') }}
          </button>
          @switch (stage()) {
            @case ('password') {
              <div class="k-row k-row--between">
                <button type="button" class="k-btn k-btn--plain" (click)="turn('contact')">
                  {{ t('auth.by_code') }}
                </button>
                <a class="k-btn k-btn--plain" routerLink="/reset" [queryParams]="{ next: next() }">
                  {{ t('auth.forgot') }}
                </a>
              </div>
            }
            @case ('contact') {
              <button type="button" class="k-btn k-btn--plain" (click)="turn('password')">
                {{ t('auth.by_password') }}
              </button>
            }
            @case ('code') {
              <div class="k-row k-row--between">
                <button type="button" class="k-btn k-btn--plain" (click)="turn('contact')">
                  {{ t('auth.other_login') }}
                </button>
                <k-resend [since]="resendAt()" [busy]="busy()" (again)="send()" />
              </div>
            }
            @case ('factor') {
              <div class="k-row k-row--between">
                <button type="button" class="k-btn k-btn--plain" (click)="turn('password')">
                  {{ t('common.back') }}
                </button>
                <button type="button" class="k-btn k-btn--plain" (click)="swap()">
                  {{ t(recovery() ? 'auth.use_otp' : 'auth.use_recovery') }}
                </button>
              </div>
            }
          }
        </form>
        @if (stage() === 'password' && newcomers) {
          <p class="below" below>
            <span class="k-soft">{{ t('auth.no_account') }}</span>
            <a class="k-btn" routerLink="/signup" [queryParams]="{ next: next() }">{{
              t('auth.to_signup')
            }}</a>
          </p>
        }
      </k-auth-frame>
    </ng-container>
  `,
  styles: `
    .below {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      justify-content: center;
      gap: var(--s2) var(--s4);
    }
    .k-btn--plain {
      padding-inline: var(--s2);
    }
  `,
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
  protected readonly busy = signal(false);
  protected readonly resendAt = signal(0);
  private readonly error = signal<unknown>(null);
  private readonly missing = signal<string | null>(null);
  private readonly entrance = inject(Entrance);
  private readonly texts = inject(AuthTexts);
  private byCode = false;
  /** The console has no sign-up. */
  protected readonly newcomers = inject(Router).config.some((route) => route.path === 'signup');

  /** The storefront, and not a place of work. */
  protected readonly home = new URL(document.baseURI).pathname === '/';

  protected readonly failure = computed(() => {
    const error = this.error();
    if (error === null || (error instanceof Problem && error.errors.length)) return '';
    return this.texts.of(error);
  });

  constructor() {
    const state = history.state as { login?: unknown } | null;
    if (typeof state?.login === 'string') this.login.set(state.login);
    // Somebody who is in already came by an old link.
    if (inject(Session).isSignedIn()) queueMicrotask(() => void this.entrance.go(this.next()));
  }

  protected wrong(...names: string[]): string | undefined {
    const missing = this.missing();
    if (missing && names.includes(missing)) return this.texts.required();
    return this.texts.field(this.error(), ...names);
  }

  protected turn(stage: Stage): void {
    this.stage.set(stage);
    this.byCode = stage === 'contact' || stage === 'code';
    this.error.set(null);
    this.missing.set(null);
    this.code.set('');
    this.otp.set('');
    this.recovery.set(false);
  }

  protected swap(): void {
    this.recovery.update((now) => !now);
    this.otp.set('');
    this.error.set(null);
  }

  protected submit(event: Event): void {
    event.preventDefault();
    const empty = this.firstEmpty();
    this.error.set(null);
    this.missing.set(null);
    if (empty) queueMicrotask(() => this.missing.set(empty));
    else if (this.stage() === 'contact') void this.send();
    else void this.enter();
  }

  protected async send(): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.error.set(null);
    try {
      const body = { purpose: 'signin' as const, ...contactOf(this.login()) };
      const asked = await call(api.POST('/api/v1/auth/codes', { body }));
      this.resendAt.set(Date.now() + asked.resend_after_s * 1000);
      this.stage.set('code');
      this.byCode = true;
    } catch (error) {
      this.error.set(error);
    } finally {
      this.busy.set(false);
    }
  }

  private firstEmpty(): string | null {
    const stage = this.stage();
    if ((stage === 'password' || stage === 'contact') && !this.login().trim()) return 'login';
    if (stage === 'password' && !this.password()) return 'password';
    if (stage === 'code' && !this.code().trim()) return 'code';
    return stage === 'factor' && !this.otp().trim() ? 'otp' : null;
  }

  private async enter(): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    const otp = this.stage() === 'factor' ? this.otp().replace(/\s/g, '') : null;
    try {
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
    } catch (error) {
      if (error instanceof Problem && error.code === 'OTP_REQUIRED') this.stage.set('factor');
      else {
        this.error.set(error);
        if (this.stage() === 'factor') this.otp.set('');
      }
    } finally {
      this.busy.set(false);
    }
  }
}
