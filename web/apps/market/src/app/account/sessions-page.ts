import { ChangeDetectionStrategy, Component } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { SessionsList } from '@kerben/features/auth';
import { AccountFrame } from './account-frame';

/** Where the account is signed in. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AccountFrame, SessionsList, TranslocoDirective],
  template: `
    <k-account-frame [heading]="t('account.sessions')" *transloco="let t">
      <p class="k-soft">{{ t('account.sessions_hint') }}</p>
      <k-sessions-list />
    </k-account-frame>
  `,
})
export class SessionsPage {}
