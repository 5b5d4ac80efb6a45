import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@kerben/design';
import { ChevronLeft } from 'lucide';

/** A page inside the account with the way back to it. */
@Component({
  selector: 'k-account-frame',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouterLink, TranslocoDirective],
  template: `
    <main class="k-page k-page--narrow k-stack" id="content">
      <header *transloco="let t">
        <a class="back" routerLink="/account"
          ><k-icon [of]="chevron" [size]="18" />{{ t('account.title') }}</a
        >
        <h1>{{ heading() }}</h1>
      </header>
      <ng-content />
    </main>
  `,
  styles: `
    main {
      padding-top: var(--s2);
    }
    .back {
      display: inline-flex;
      align-items: center;
      gap: var(--s1);
      min-height: var(--touch);
      text-decoration: none;
    }
  `,
})
export class AccountFrame {
  readonly heading = input.required<string>();
  protected readonly chevron = ChevronLeft;
}
