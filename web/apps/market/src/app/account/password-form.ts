import {
  ChangeDetectionStrategy,
  Component,
  type ElementRef,
  Injector,
  afterNextRender,
  computed,
  inject,
  resource,
  signal,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call } from '@kerben/api';
import { Session } from '@kerben/core';
import { Failed, Loading, Toasts } from '@kerben/design';
import { AuthField, AuthTexts } from '@kerben/features/auth';

type Field = 'current_password' | 'new_password' | 'otp';

/** The server's codes that have sentences of their own here. */
const SENTENCES: Readonly<Record<string, string>> = {
  WRONG_PASSWORD: 'account.password_wrong',
  PASSWORD_NOT_SET: 'account.password_unset',
  OTP_REQUIRED: 'account.password_otp',
  LOCKED_OUT: 'account.password_locked',
};

/** Changing the password by the present one. Who has none, or forgot it, is shown the way by a code. */
@Component({
  selector: 'k-password-form',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AuthField, Failed, Loading, RouterLink, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (me.hasValue()) {
        @if (!me.value().has_password) {
          <p class="k-soft">{{ t('account.password_unset') }}</p>
          <div>
            <a class="k-btn" routerLink="/reset" [queryParams]="{ next: '/account' }">
              {{ t('account.password_first') }}
            </a>
          </div>
        } @else if (!open()) {
          <p class="k-soft">{{ t('account.password_text') }}</p>
          <div>
            <button #opener type="button" class="k-btn" (click)="open.set(true)">
              {{ t('auth.set_password') }}
            </button>
          </div>
        } @else {
          <form class="k-form" (submit)="submit($event)" novalidate>
            @if (failure(); as text) {
              <p class="k-notice k-notice--bad" role="alert">{{ text }}</p>
            }
            <!-- Tells password managers whose password it is. -->
            <input type="text" autocomplete="username" [value]="login()" readonly hidden />
            <k-auth-field
              name="current_password"
              [label]="t('account.password_now')"
              kind="password"
              autocomplete="current-password"
              [maxlength]="1000"
              [first]="true"
              [error]="wrong('current_password')"
              [(value)]="current"
            />
            <k-auth-field
              name="new_password"
              [label]="t('auth.new_password')"
              kind="password"
              autocomplete="new-password"
              [maxlength]="1000"
              [hint]="t('auth.password_hint')"
              [error]="wrong('new_password')"
              [(value)]="fresh"
            />
            @if (me.value().second_factor) {
              <k-auth-field
                name="otp"
                [label]="t('auth.otp_or_recovery')"
                autocomplete="one-time-code"
                [maxlength]="40"
                [error]="wrong('otp')"
                [(value)]="otp"
              />
            }
            <div class="k-row">
              <button type="submit" class="k-btn" [disabled]="busy()">
                {{ t('auth.set_password') }}
              </button>
              <button type="button" class="k-btn k-btn--plain" (click)="close()">
                {{ t('common.cancel') }}
              </button>
              <a class="forgot" routerLink="/reset" [queryParams]="{ next: '/account' }">
                {{ t('auth.forgot') }}
              </a>
            </div>
          </form>
        }
      } @else if (me.error()) {
        <k-failed [error]="me.error()" (again)="me.reload()" />
      } @else {
        <k-loading [count]="1" />
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--s3);
    }
    .forgot {
      display: inline-flex;
      align-items: center;
      min-height: var(--touch);
    }
  `,
})
export class PasswordForm {
  protected readonly me = resource({
    loader: ({ abortSignal }) => call(api.GET('/api/v1/me', { signal: abortSignal })),
  });
  protected readonly open = signal(false);
  protected readonly current = signal('');
  protected readonly fresh = signal('');
  protected readonly otp = signal('');
  protected readonly busy = signal(false);
  private readonly error = signal<unknown>(null);
  private readonly missing = signal<Field | null>(null);
  private readonly opener = viewChild<ElementRef<HTMLElement>>('opener');
  private readonly session = inject(Session);
  private readonly texts = inject(AuthTexts);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);
  private readonly injector = inject(Injector);

  protected readonly login = computed(() => this.session.user()?.phone ?? this.session.user()?.email ?? '');

  /** What is wrong with no single field. */
  protected failure(): string {
    const error = this.error();
    if (error === null || (error instanceof Problem && error.errors.length)) return '';
    return (error instanceof Problem && this.own(error.code)) || this.texts.of(error);
  }

  protected wrong(field: Field): string | undefined {
    if (this.missing() === field) return this.texts.required();
    const error = this.error();
    if (!(error instanceof Problem)) return undefined;
    const fault = error.errors.find((e) => e.pointer === `/${field}`);
    return fault && (this.own(fault.code) ?? this.texts.field(error, field));
  }

  protected submit(event: Event): void {
    event.preventDefault();
    this.error.set(null);
    this.missing.set(null);
    const asked = this.me.hasValue() && this.me.value().second_factor;
    const empty: Field | null = !this.current()
      ? 'current_password'
      : !this.fresh()
        ? 'new_password'
        : asked && !this.code()
          ? 'otp'
          : null;
    if (empty) queueMicrotask(() => this.missing.set(empty));
    else void this.send();
  }

  protected close(): void {
    this.open.set(false);
    for (const typed of [this.current, this.fresh, this.otp]) typed.set('');
    this.error.set(null);
    this.missing.set(null);
    afterNextRender(() => this.opener()?.nativeElement.focus(), { injector: this.injector });
  }

  private async send(): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    try {
      const body = { current_password: this.current(), new_password: this.fresh(), otp: this.code() || null };
      await call(api.POST('/api/v1/me/password', { body }));
      this.close();
      this.toasts.good(this.transloco.translate('account.password_changed'));
    } catch (error) {
      this.error.set(error);
      // The account is not what it was when the page was opened: a second step was turned on, or the password is gone.
      const codes = error instanceof Problem ? error.errors.map((e) => e.code) : [];
      if (codes.includes('OTP_REQUIRED') || codes.includes('PASSWORD_NOT_SET')) this.me.reload();
    } finally {
      this.busy.set(false);
    }
  }

  private code(): string {
    return this.otp().replace(/\s/g, '');
  }

  private own(code: string): string | undefined {
    const key = SENTENCES[code];
    return key && this.transloco.translate<string>(key);
  }
}
