import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@kerben/design';
import { TriangleAlert, Unplug, WifiOff } from 'lucide';
import { Till } from '../core/till';

/** Says what is not as it should be, for as long as it is not: no connection, what waits, what was refused. */
@Component({
  selector: 'k-status-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouterLink, TranslocoDirective],
  template: `
    <div role="status" aria-live="polite" *transloco="let t">
      @if (till.lockedOut()) {
        <a class="bad" routerLink="/state">
          <k-icon [of]="unplug" [size]="18" /> {{ t('pos.bar.locked', { n: till.waiting() }) }}
        </a>
      } @else if (!till.online()) {
        <p class="warn">
          <k-icon [of]="off" [size]="18" />
          {{ till.waiting() ? t('pos.bar.offline_waiting', { n: till.waiting() }) : t('pos.bar.offline') }}
        </p>
      }
      @if (till.apart().length) {
        <a class="bad" routerLink="/state">
          <k-icon [of]="alert" [size]="18" /> {{ t('pos.bar.apart', { n: till.apart().length }) }}
        </a>
      }
    </div>
  `,
  styles: `
    p,
    a {
      display: flex;
      align-items: center;
      justify-content: center;
      gap: var(--s2);
      min-height: 40px;
      padding: var(--s2) var(--s4);
      font-size: var(--t-small);
      text-decoration: none;
    }
    a {
      min-height: var(--touch);
    }
    .warn {
      background: var(--apricot-soft);
      color: var(--apricot-ink);
    }
    .bad {
      background: var(--felt-soft);
      color: var(--felt);
      font-weight: 550;
    }
    @media print {
      div {
        display: none;
      }
    }
  `,
})
export class StatusBar {
  protected readonly till = inject(Till);
  protected readonly off = WifiOff;
  protected readonly alert = TriangleAlert;
  protected readonly unplug = Unplug;
}
