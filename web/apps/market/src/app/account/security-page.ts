import { ChangeDetectionStrategy, Component } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { SecondFactorSetup } from '@kerben/features/auth';
import { AccountFrame } from './account-frame';
import { PasswordForm } from './password-form';

/** The second step of signing in and the password. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AccountFrame, PasswordForm, SecondFactorSetup, TranslocoDirective],
  template: `
    <k-account-frame [heading]="t('account.security')" *transloco="let t">
      <section class="k-card k-stack">
        <h2>{{ t('account.second_factor') }}</h2>
        <k-second-factor />
      </section>
      <section class="k-card k-stack">
        <h2>{{ t('auth.password') }}</h2>
        <k-password-form />
      </section>
    </k-account-frame>
  `,
})
export class SecurityPage {}
