import { ChangeDetectionStrategy, Component, inject, input, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { api, call } from '@kerben/api';
import { AuthFrame, BELOW } from './auth-frame';
import { contactOf } from './contact';
import { Entrance } from './enter';
import { AuthField } from './fields';
import { authForm } from './form-state';

/** A new account by phone or e-mail. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AuthField, AuthFrame, RouterLink, TranslocoDirective],
  template: `
    <k-auth-frame
      [heading]="t('auth.signup_title')"
      [text]="t('auth.signup_text')"
      [form]="form"
      [action]="t('auth.to_signup')"
      (sent)="send()"
      *transloco="let t"
    >
      <k-auth-field
        name="name"
        [label]="t('auth.name')"
        autocomplete="name"
        [maxlength]="100"
        [hint]="t('auth.name_hint')"
        [error]="form.wrong('name')"
        [(value)]="name"
      />
      <k-auth-field
        name="login"
        [label]="t('auth.login')"
        autocomplete="username"
        [error]="form.wrong('login', 'phone', 'email')"
        [(value)]="login"
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
      <p class="below" below>
        <span class="k-soft">{{ t('auth.have_account') }}</span>
        <a class="k-btn" routerLink="/signin" [queryParams]="{ next: next() }">{{ t('auth.enter') }}</a>
      </p>
    </k-auth-frame>
  `,
  styles: BELOW,
})
export class SignUpPage {
  readonly next = input<string>();
  protected readonly name = signal('');
  protected readonly login = signal('');
  protected readonly password = signal('');
  protected readonly form = authForm();
  private readonly entrance = inject(Entrance);

  protected send(): void {
    const fields = { name: this.name(), login: this.login(), password: this.password() };
    if (!this.form.filled(...Object.entries(fields))) return;
    void this.form.run(async () => {
      const body = { name: this.name(), password: this.password(), ...contactOf(this.login()) };
      await this.entrance.enter(await call(api.POST('/api/v1/auth/signup', { body })), this.next());
    });
  }
}
