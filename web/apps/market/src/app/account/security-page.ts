import { ChangeDetectionStrategy, Component } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { SecondFactorSetup } from '@kerben/features/auth';
import { AccountFrame } from './account-frame';

/** The second step of signing in and the password. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AccountFrame, RouterLink, SecondFactorSetup, TranslocoDirective],
  template: `
    <k-account-frame [heading]="t('account.security')" *transloco="let t">
      <section class="k-card k-stack">
        <h2>{{ t('account.second_factor') }}</h2>
        <k-second-factor />
      </section>
      <section class="k-card k-stack">
        <h2>{{ t('auth.password') }}</h2>
        <p class="k-soft">{{ t('account.password_text') }}</p>
        <div>
          <a class="k-btn" routerLink="/reset" [queryParams]="{ next: '/account/security' }">
            {{ t('auth.set_password') }}
          </a>
        </div>
      </section>
    </k-account-frame>
  `,
})
export class SecurityPage {}
