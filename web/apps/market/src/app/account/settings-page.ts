import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Session } from '@kerben/core';
import { LanguageSelect, ThemeSelect } from '@kerben/design';
import { AccountFrame } from './account-frame';
import { PhoneProof } from './phone-proof';

/** Language, look, name and phone. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AccountFrame, LanguageSelect, PhoneProof, ThemeSelect, TranslocoDirective],
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
          <dl class="k-dl">
            <dt>{{ t('account.name_shown') }}</dt>
            <dd>{{ user.name }}</dd>
            @if (user.email) {
              <dt>{{ t('account.email') }}</dt>
              <dd>{{ user.email }}</dd>
            }
          </dl>
          <p class="k-hint">{{ t('account.name_text') }}</p>
        </section>
        <section class="k-card k-stack">
          <h2>{{ t('account.phone') }}</h2>
          <k-phone-proof />
        </section>
      }
    </k-account-frame>
  `,
})
export class SettingsPage {
  protected readonly session = inject(Session);
}
