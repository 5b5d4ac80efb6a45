import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { PhonePipe, Session, guestOrders } from '@kerben/core';
import { Icon, Ornament } from '@kerben/design';
import type { IconNode } from 'lucide';
import {
  ChevronRight,
  MessageCircleQuestion,
  MonitorSmartphone,
  Package,
  Settings,
  ShieldCheck,
  Store,
} from 'lucide';

interface Place {
  link: string;
  icon: IconNode;
  /** Key of its name; what it is for is `<name>_text`, or `text`. */
  name: string;
  text?: string;
}

const OWN: readonly Place[] = [
  { link: '/orders', name: 'orders', icon: Package },
  { link: '/account/questions', name: 'questions', icon: MessageCircleQuestion },
  { link: '/account/security', name: 'security', icon: ShieldCheck },
  { link: '/account/sessions', name: 'sessions', icon: MonitorSmartphone },
  { link: '/account/settings', name: 'settings', icon: Settings },
];
const GUEST_ORDERS: Place = { link: '/orders', name: 'guest_orders', icon: Package };
const GUEST_SETTINGS: Place = {
  link: '/account/settings',
  name: 'settings',
  text: 'settings_guest',
  icon: Settings,
};

/** «Я»: who is signed in and where their things are; to others, why signing in is worth it. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, Ornament, PhonePipe, RouterLink, TranslocoDirective],
  template: `
    <main class="k-page k-page--narrow k-stack k-stack--loose" id="content" *transloco="let t">
      @if (session.user(); as user) {
        <header class="who">
          <span class="letter" aria-hidden="true">{{ user.name.slice(0, 1) }}</span>
          <div class="k-grow">
            <h1>{{ user.name }}</h1>
            <p class="k-soft">{{ user.phone ? (user.phone | phone) : user.email }}</p>
          </div>
        </header>
      } @else {
        <section class="invite">
          <k-ornament />
          <h1>{{ t('account.welcome') }}</h1>
          <p class="k-soft">{{ t('account.welcome_text') }}</p>
          <div class="actions">
            <a class="k-btn k-btn--primary k-btn--wide" routerLink="/signin" [queryParams]="back">
              {{ t('auth.enter') }}
            </a>
            <a class="k-btn k-btn--wide" routerLink="/signup" [queryParams]="back">{{
              t('auth.to_signup')
            }}</a>
          </div>
        </section>
      }
      <nav class="k-list" [attr.aria-label]="t(session.isSignedIn() ? 'account.mine' : 'account.without')">
        @for (place of places(); track place.link) {
          <a [routerLink]="place.link">
            <k-icon [of]="place.icon" />
            <span class="k-grow">
              <span class="name">{{ t('account.' + place.name, { n: guests }) }}</span>
              <span class="k-soft k-small">{{ t('account.' + (place.text ?? place.name + '_text')) }}</span>
            </span>
            <k-icon [of]="chevron" [size]="18" />
          </a>
        }
        <a href="/business/">
          <k-icon [of]="store" />
          <span class="k-grow">
            <span class="name">{{ t('account.sell') }}</span>
            <span class="k-soft k-small">{{ t('account.sell_text') }}</span>
          </span>
          <k-icon [of]="chevron" [size]="18" />
        </a>
      </nav>
      @if (session.isSignedIn()) {
        <div>
          <button type="button" class="k-btn" (click)="signOut()">{{ t('common.sign_out') }}</button>
        </div>
      }
    </main>
  `,
  styles: `
    .who {
      display: flex;
      align-items: center;
      gap: var(--s4);
    }
    .letter {
      display: grid;
      flex: none;
      place-items: center;
      width: 64px;
      height: 64px;
      border-radius: 50%;
      background: var(--apricot-soft);
      color: var(--apricot-ink);
      font-size: var(--t-title);
      font-weight: 650;
    }
    nav a {
      display: flex;
      align-items: center;
      gap: var(--s4);
      min-height: 64px;
      color: var(--ink);
      text-decoration: none;
    }
    nav a:hover {
      background: var(--sunken);
    }
    nav a:focus-visible {
      outline-offset: -3px;
    }
    nav k-icon {
      color: var(--clay);
    }
    nav .k-grow {
      display: grid;
    }
    .name {
      font-weight: 550;
    }
    .invite {
      display: grid;
      justify-items: center;
      gap: var(--s3);
      padding-top: var(--s5);
      text-align: center;
    }
    .invite p {
      max-width: 40ch;
      text-wrap: balance;
    }
    .actions {
      display: grid;
      gap: var(--s2);
      width: min(100%, 340px);
      padding-top: var(--s3);
    }
  `,
})
export class AccountPage {
  protected readonly session = inject(Session);
  protected readonly guests = guestOrders.all().length;
  protected readonly back = { next: '/account' };
  protected readonly chevron = ChevronRight;
  protected readonly store = Store;
  protected readonly places = computed(() => {
    if (this.session.isSignedIn()) return OWN;
    return this.guests ? [GUEST_ORDERS, GUEST_SETTINGS] : [GUEST_SETTINGS];
  });
  private readonly router = inject(Router);

  protected async signOut(): Promise<void> {
    await this.session.signOut();
    await this.router.navigateByUrl('/account');
  }
}
