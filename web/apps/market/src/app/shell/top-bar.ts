import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { NavigationEnd, Router, RouterLink, RouterLinkActive } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@kerben/design';
import { Map, ShoppingBasket, UserRound } from 'lucide';
import { filter, map, startWith } from 'rxjs';
import { SearchBox } from '../browse/search-box';
import { CartStore } from '../buy/cart-store';

/** Name and, on wide screens, search and the places of the bottom bar. */
@Component({
  selector: 'k-top-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouterLink, RouterLinkActive, SearchBox, TranslocoDirective],
  template: `
    <header *transloco="let t">
      <a class="name" routerLink="/">Kerben</a>
      <div class="search">
        @if (!atHome()) {
          <k-search-box />
        }
      </div>
      <nav [attr.aria-label]="t('shell.places')">
        @for (place of places; track place.link) {
          <a [routerLink]="place.link" routerLinkActive="here" ariaCurrentWhenActive="page">
            <k-icon [of]="place.icon" />
            <span>{{ t('shell.' + place.text) }}</span>
            @if (place.link === '/cart' && cart.count(); as n) {
              <span class="count k-num" aria-hidden="true">{{ n > 99 ? '99+' : n }}</span>
              <span class="k-sr">{{ t('shell.in_cart', { n }) }}</span>
            }
          </a>
        }
      </nav>
    </header>
  `,
  styles: `
    header {
      display: flex;
      align-items: center;
      gap: var(--s5);
      max-width: 1120px;
      min-height: 64px;
      margin: 0 auto;
      padding: 0 var(--s4);
    }
    .name {
      display: inline-flex;
      align-items: center;
      min-height: var(--touch);
      color: var(--felt);
      font-size: var(--t-large);
      font-weight: 750;
      letter-spacing: -0.01em;
      text-decoration: none;
    }
    .search,
    nav {
      display: none;
    }
    nav {
      gap: var(--s5);
    }
    nav a {
      position: relative;
      display: inline-flex;
      align-items: center;
      gap: var(--s2);
      min-height: var(--touch);
      color: var(--ink);
      text-decoration: none;
    }
    nav a:hover {
      color: var(--felt);
    }
    nav a.here {
      color: var(--felt);
      font-weight: 600;
    }
    .count {
      display: grid;
      place-items: center;
      min-width: 22px;
      height: 22px;
      padding: 0 6px;
      border-radius: 11px;
      background: var(--felt);
      color: var(--on-felt);
      font-size: 0.8125rem;
      font-weight: 600;
    }
    @media (width >= 720px) {
      .search {
        display: block;
        flex: 1;
        min-width: 0;
      }
      nav {
        display: flex;
      }
    }
    @media (720px <= width < 900px) {
      nav a > span:not(.count, .k-sr) {
        position: absolute;
        clip-path: inset(50%);
      }
      nav a {
        min-width: var(--touch);
        justify-content: center;
      }
      nav {
        gap: var(--s2);
      }
    }
  `,
})
export class TopBar {
  protected readonly cart = inject(CartStore);
  protected readonly places = [
    { link: '/map', icon: Map, text: 'map' },
    { link: '/cart', icon: ShoppingBasket, text: 'cart' },
    { link: '/account', icon: UserRound, text: 'me' },
  ];
  private readonly router = inject(Router);
  private readonly url = toSignal(
    this.router.events.pipe(
      filter((event) => event instanceof NavigationEnd),
      map((event) => event.urlAfterRedirects),
      startWith(this.router.url),
    ),
    { requireSync: true },
  );
  /** The first page has a search field of its own. */
  protected readonly atHome = computed(() => /^\/($|[?#])/.test(this.url()));
}
