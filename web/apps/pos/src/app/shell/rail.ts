import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { Router, RouterLink, RouterLinkActive } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@kerben/design';
import { Clock3, Gauge, PackageCheck, ReceiptText, ShoppingBasket } from 'lucide';
import { Till } from '../core/till';

/** The five places of the till: at the side of a tablet, below on a phone. Alt+1 … 5 go there too. */
@Component({
  selector: 'k-rail',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouterLink, RouterLinkActive, TranslocoDirective],
  host: { '(document:keydown)': 'key($event)' },
  template: `
    <nav *transloco="let t" [attr.aria-label]="t('shell.places')">
      @for (place of places; track place[0]) {
        <a
          [routerLink]="place[1]"
          routerLinkActive="here"
          ariaCurrentWhenActive="page"
          [routerLinkActiveOptions]="{ exact: place[1] === '/' }"
        >
          <span class="icon">
            <k-icon [of]="place[2]" [size]="26" />
            @if (place[0] === 'state') {
              <span class="dot" [class.off]="!till.online() || till.waking() || till.lockedOut()"></span>
            } @else if (place[0] === 'shift' && !till.shift()) {
              <span class="dot closed"></span>
            }
          </span>
          <span>{{ t('shell.' + place[0]) }}</span>
          @if (place[0] === 'state') {
            <span class="k-sr">{{ t(till.online() ? 'live.on' : 'pos.state.offline') }}</span>
          } @else if (place[0] === 'shift' && !till.shift()) {
            <span class="k-sr">{{ t('pos.shift.closed') }}</span>
          }
        </a>
      }
    </nav>
  `,
  styles: `
    nav {
      display: flex;
      flex-direction: column;
      gap: var(--s1);
      height: 100%;
      padding: var(--s2);
      border-inline-end: 1px solid var(--line);
      background: var(--card);
    }
    a {
      display: grid;
      justify-items: center;
      align-content: center;
      gap: 2px;
      min-width: 80px;
      min-height: 72px;
      border-radius: var(--radius);
      color: var(--clay);
      font-size: 0.8125rem;
      text-decoration: none;
    }
    a:hover {
      background: var(--sunken);
    }
    .here {
      background: var(--sunken);
      color: var(--ink);
      font-weight: 650;
    }
    .icon {
      position: relative;
    }
    .dot {
      position: absolute;
      top: -2px;
      right: -6px;
      width: 10px;
      height: 10px;
      border: 2px solid var(--card);
      border-radius: 50%;
      background: var(--juniper);
      box-sizing: content-box;
    }
    .off {
      background: var(--apricot);
    }
    .closed {
      background: var(--line-strong);
    }
    @media (width < 760px) {
      nav {
        flex-direction: row;
        justify-content: space-around;
        gap: 0;
        padding: 0 var(--s1) env(safe-area-inset-bottom);
        border: 0;
        border-top: 1px solid var(--line);
      }
      a {
        flex: 1;
        min-width: 0;
        min-height: 64px;
        background: none !important;
        font-size: 0.75rem;
      }
      .here {
        color: var(--felt);
      }
    }
    @media print {
      nav {
        display: none;
      }
    }
  `,
})
export class Rail {
  protected readonly till = inject(Till);
  private readonly router = inject(Router);
  protected readonly places = [
    ['sell', '/', ShoppingBasket],
    ['receipts', '/receipts', ReceiptText],
    ['pickups', '/pickups', PackageCheck],
    ['shift', '/shift', Clock3],
    ['state', '/state', Gauge],
  ] as const;

  protected key(event: KeyboardEvent): void {
    if (!event.altKey || event.ctrlKey || event.metaKey || document.querySelector('dialog[open]')) return;
    const place = this.places[Number(event.code.replace('Digit', '')) - 1];
    if (!place) return;
    event.preventDefault();
    void this.router.navigateByUrl(place[1]);
  }
}
