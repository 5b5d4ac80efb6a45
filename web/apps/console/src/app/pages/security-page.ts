import { ChangeDetectionStrategy, Component } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { LanguageSelect, ThemeSelect } from '@kerben/design';
import { SecondFactorSetup, SessionsList } from '@kerben/features/auth';
import { ConsolePage } from '../ui/parts';

/** One's own second step, language, look and open sessions. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ConsolePage, LanguageSelect, SecondFactorSetup, ThemeSelect, SessionsList, TranslocoDirective],
  template: `
    <c-page [heading]="t('console.security.title')" *transloco="let t">
      <section class="k-card k-stack">
        <h2>{{ t('console.security.factor') }}</h2>
        <k-second-factor />
      </section>
      <section class="k-card k-stack">
        <h2>{{ t('console.security.device') }}</h2>
        <k-language-select />
        <k-theme-select />
      </section>
      <section class="k-card k-stack">
        <h2>{{ t('console.security.sessions') }}</h2>
        <k-sessions-list />
      </section>
    </c-page>
  `,
  styles: `
    section {
      max-width: 640px;
    }
  `,
})
export class SecurityPage {}
