import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Session } from '@kerben/core';
import { LanguageSelect, ThemeSelect } from '@kerben/design';
import { AccountFrame } from './account-frame';
import { NameForm } from './name-form';
import { PasswordForm } from './password-form';
import { PhoneProof } from './phone-proof';

/** Language, look, name, phone and password. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    AccountFrame,
    LanguageSelect,
    NameForm,
    PasswordForm,
    PhoneProof,
    ThemeSelect,
    TranslocoDirective,
  ],
  template: `
    <k-account-frame [heading]="t('account.settings')" *transloco="let t">
      <section class="k-card k-stack">
        <h2>{{ t('account.this_device') }}</h2>
        <k-language-select />
        <k-theme-select />
      </section>
      @if (session.user(); as user) {
        <section class="k-card k-stack">
          <h2>{{ t('account.about_you') }}</h2>
          <k-name-form />
          @if (user.email) {
            <dl class="k-dl">
              <dt>{{ t('account.email') }}</dt>
              <dd>{{ user.email }}</dd>
            </dl>
          }
        </section>
        <section class="k-card k-stack">
          <h2>{{ t('account.phone') }}</h2>
          <k-phone-proof />
        </section>
        <section class="k-card k-stack">
          <h2>{{ t('auth.password') }}</h2>
          <k-password-form />
        </section>
      }
    </k-account-frame>
  `,
})
export class SettingsPage {
  protected readonly session = inject(Session);
}
