import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Problem, api, call } from '@kerben/api';
import { AuthFrame } from './auth-frame';
import { contactOf } from './contact';
import { Entrance } from './enter';
import { AuthField } from './fields';
import { AuthTexts } from './texts';

/** A new account by phone or e-mail. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AuthField, AuthFrame, RouterLink, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <k-auth-frame [heading]="t('auth.signup_title')" [text]="t('auth.signup_text')">
        <form class="k-form" (submit)="submit($event)" novalidate>
          @if (failure(); as text) {
            <p class="k-notice k-notice--bad" role="alert">{{ text }}</p>
          }
          <k-auth-field
            name="name"
            [label]="t('auth.name')"
            autocomplete="name"
            [maxlength]="100"
            [hint]="t('auth.name_hint')"
            [error]="wrong('name')"
            [(value)]="name"
          />
          <k-auth-field
            name="login"
            [label]="t('auth.login')"
            autocomplete="username"
            [error]="wrong('login', 'phone', 'email')"
            [(value)]="login"
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
          <button type="submit" class="k-btn k-btn--primary k-btn--wide" [disabled]="busy()">
            {{ t('auth.to_signup') }}
          </button>
        </form>
        <p class="below" below>
          <span class="k-soft">{{ t('auth.have_account') }}</span>
          <a class="k-btn" routerLink="/signin" [queryParams]="{ next: next() }">{{ t('auth.enter') }}</a>
        </p>
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
  `,
})
export class SignUpPage {
  readonly next = input<string>();
  protected readonly name = signal('');
  protected readonly login = signal('');
  protected readonly password = signal('');
  protected readonly busy = signal(false);
  private readonly error = signal<unknown>(null);
  private readonly missing = signal<string | null>(null);
  private readonly entrance = inject(Entrance);
  private readonly texts = inject(AuthTexts);

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
    const empty = !this.name().trim() ? 'name' : !this.login().trim() ? 'login' : '';
    const first = empty || (this.password() ? '' : 'password');
    if (first) queueMicrotask(() => this.missing.set(first));
    else void this.send();
  }

  private async send(): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    try {
      const body = { name: this.name(), password: this.password(), ...contactOf(this.login()) };
      await this.entrance.enter(await call(api.POST('/api/v1/auth/signup', { body })), this.next());
    } catch (error) {
      this.error.set(error);
    } finally {
      this.busy.set(false);
    }
  }
}
