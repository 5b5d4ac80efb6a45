import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@kerben/design';
import { MoonStar, TriangleAlert, Unplug, WifiOff } from 'lucide';
import { LEFT_BEHIND } from '../core/handover';
import { Till } from '../core/till';

/**
 * Says where the till stands; and what is not as it should be, for as long as it is not: no connection, what waits,
 * what was refused.
 */
@Component({
  selector: 'k-status-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouterLink, TranslocoDirective],
  template: `
    @if (fine() && till.place(); as place) {
      <p class="here" *transloco="let t">
        <span class="name">
          <span class="k-strong">{{ place.shop.name }}</span> · {{ place.name }}
        </span>
        <span class="k-live">{{ t('live.on') }}</span>
      </p>
    }
    <div role="status" aria-live="polite" *transloco="let t">
      @if (till.lockedOut()) {
        <a class="bad" routerLink="/state">
          <k-icon [of]="unplug" [size]="18" />
          {{ t(till.waiting() ? 'pos.bar.locked_waiting' : 'pos.bar.locked', { n: till.waiting() }) }}
        </a>
      } @else if (till.waking()) {
        <p class="warn"><k-icon [of]="moon" [size]="18" /> {{ t('pos.bar.waking') }}</p>
      } @else if (!till.online()) {
        <p class="warn">
          <k-icon [of]="off" [size]="18" />
          {{ till.waiting() ? t('pos.bar.offline_waiting', { n: till.waiting() }) : t('pos.bar.offline') }}
        </p>
      }
      @if (apart(); as n) {
        <a class="bad" routerLink="/state">
          <k-icon [of]="alert" [size]="18" />
          {{ t(refused() === n ? 'pos.bar.apart' : 'pos.bar.decide', { n }) }}
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
    .here {
      justify-content: space-between;
      border-bottom: 1px solid var(--line);
      background: var(--card);
      color: var(--clay);
    }
    .name {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .name .k-strong {
      color: var(--ink);
    }
    .here .k-live {
      flex: none;
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
      div,
      .here {
        display: none;
      }
    }
  `,
})
export class StatusBar {
  protected readonly till = inject(Till);
  protected readonly fine = computed(
    () => this.till.online() && !this.till.waking() && !this.till.lockedOut(),
  );
  protected readonly apart = computed(() => this.till.apart().length + this.till.apartCash().length);
  /** Of them, receipts that the server refused. */
  protected readonly refused = computed(
    () => this.till.apart().filter((receipt) => receipt.refusal?.code !== LEFT_BEHIND).length,
  );
  protected readonly off = WifiOff;
  protected readonly moon = MoonStar;
  protected readonly alert = TriangleAlert;
  protected readonly unplug = Unplug;
}
