import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@kerben/design';
import { House, Map, Search, ShoppingBasket, UserRound } from 'lucide';
import { CartStore } from '../buy/cart-store';

/** The five places of the storefront at the thumb; on wide screens the top bar has them. */
@Component({
  selector: 'k-bottom-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouterLink, RouterLinkActive, TranslocoDirective],
  template: `
    <nav [attr.aria-label]="t('shell.places')" *transloco="let t">
      @for (place of places; track place.link) {
        <a
          [routerLink]="place.link"
          routerLinkActive="here"
          [routerLinkActiveOptions]="{ exact: place.link === '/' }"
          ariaCurrentWhenActive="page"
        >
          <span class="icon">
            <k-icon [of]="place.icon" />
            @if (place.link === '/cart' && cart.count(); as n) {
              <span class="count k-num" aria-hidden="true">{{ n > 99 ? '99+' : n }}</span>
            }
          </span>
          <span>{{ t('shell.' + place.text) }}</span>
          @if (place.link === '/cart' && cart.count(); as n) {
            <span class="k-sr">{{ t('shell.in_cart', { n }) }}</span>
          }
        </a>
      }
    </nav>
  `,
  styles: `
    nav {
      position: fixed;
      z-index: 50;
      inset: auto 0 0;
      display: grid;
      grid-template-columns: repeat(5, 1fr);
      height: calc(var(--bar) + env(safe-area-inset-bottom));
      padding-bottom: env(safe-area-inset-bottom);
      border-top: 1px solid var(--line);
      background: var(--card);
    }
    a {
      position: relative;
      display: grid;
      place-content: center;
      justify-items: center;
      gap: 2px;
      color: var(--clay);
      font-size: 0.75rem;
      text-decoration: none;
    }
    .here {
      color: var(--felt);
      font-weight: 600;
    }
    .icon {
      position: relative;
    }
    .count {
      position: absolute;
      inset: -6px auto auto 14px;
      display: grid;
      place-items: center;
      min-width: 18px;
      height: 18px;
      padding: 0 5px;
      border-radius: 9px;
      background: var(--felt);
      color: var(--on-felt);
      font-size: 0.6875rem;
      font-weight: 650;
      line-height: 1;
    }
    @media (width >= 720px) {
      :host {
        display: none;
      }
    }
  `,
})
export class BottomBar {
  protected readonly cart = inject(CartStore);
  protected readonly places = [
    { link: '/', icon: House, text: 'feed' },
    { link: '/search', icon: Search, text: 'search' },
    { link: '/map', icon: Map, text: 'map' },
    { link: '/cart', icon: ShoppingBasket, text: 'cart' },
    { link: '/account', icon: UserRound, text: 'me' },
  ];
}
