import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  input,
  signal,
  untracked,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { type LiveMessage, Session } from '@kerben/core';
import { Empty, Failed, Icon, Loading, Toasts } from '@kerben/design';
import { Download, PhoneCall } from 'lucide';
import { Paged } from '../goods/paged';
import { Chips } from '../shell/chips';
import { CurrentShop } from '../shell/current-shop';
import { liveRefresh } from './live-refresh';
import { OrderRow } from './order-row';
import { STATES, STATUSES, type State, belongs } from './order-states';
import { allowed } from './rights';
import { type ListedOrder, download, getOrder, listOrders } from './trade-api';

const BATCH = 30;
/** More changes at once than this, and the list is read as a whole. */
const SINGLE_MAX = 5;

/** Orders of the shop, those that wait for a decision first; new ones come by themselves. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Chips, Empty, Failed, Icon, Loading, OrderRow, RouterLink, TranslocoDirective],
  template: `
    <main class="k-page k-stack" id="content" *transloco="let t">
      <div class="k-row k-row--between">
        <h1>{{ t('trade.orders.title') }}</h1>
        <div class="k-row acts">
          <button type="button" class="k-btn" [disabled]="saving()" (click)="save()">
            <k-icon [of]="icons.file" [size]="18" /> {{ t('trade.orders.export') }}
          </button>
          @if (mayTake()) {
            <a class="k-btn k-btn--primary" routerLink="/orders/new">
              <k-icon [of]="icons.phone" [size]="18" /> {{ t('trade.orders.by_phone') }}
            </a>
          }
        </div>
      </div>
      <div class="k-chips" role="group" [attr.aria-label]="t('trade.orders.which')" bChips>
        @for (one of states; track one) {
          <button type="button" class="k-chip" [attr.aria-pressed]="shown() === one" (click)="go(one)">
            {{ t('trade.orders.state_' + one) }}
          </button>
        }
      </div>

      @if (shown() === 'all' && waiting().length) {
        <section class="k-stack k-stack--tight" aria-labelledby="urgent">
          <h2 id="urgent">{{ t('trade.orders.state_attention') }}</h2>
          <ul class="k-list rows urgent" role="list">
            @for (order of waiting(); track order.id) {
              <li><b-order-row [order]="order" /></li>
            }
          </ul>
        </section>
        @if (rest().length) {
          <h2>{{ t('trade.orders.all_others') }}</h2>
        }
      }
      @if (list.items(); as items) {
        @if (list.error()) {
          <p class="k-notice k-notice--warn" role="status">{{ t('goods.not_fresh') }}</p>
        }
        @if (items.length) {
          @if (rest().length) {
            <ul class="k-list rows" role="list" [attr.aria-busy]="list.busy()">
              @for (order of rest(); track order.id) {
                <li><b-order-row [order]="order" /></li>
              }
            </ul>
          }
          @if (list.hasMore()) {
            <button type="button" class="k-btn more" [disabled]="list.busy()" (click)="list.more()">
              {{ t('common.more') }}
            </button>
          }
        } @else if (shown() === 'all') {
          <k-empty [heading]="t('trade.orders.none')" [text]="t('trade.orders.none_text')" />
        } @else {
          <k-empty [heading]="t('trade.orders.none_here')">
            <button type="button" class="k-btn" (click)="go('all')">{{ t('trade.orders.show_all') }}</button>
          </k-empty>
        }
      } @else if (list.error()) {
        <k-failed [error]="list.error()" (again)="list.again()" />
      } @else {
        <k-loading [count]="6" />
      }
      <p class="k-sr" role="status">{{ news() ? t('trade.orders.news', { n: news() }) : '' }}</p>
    </main>
  `,
  styles: `
    .rows > li {
      padding: 0;
    }
    .urgent {
      border-color: var(--felt);
    }
    .more {
      justify-self: center;
    }
    @media (width < 600px) {
      .acts {
        display: grid;
        grid-template-columns: auto 1fr;
        width: 100%;
      }
      .acts .k-btn {
        padding-inline: var(--s3);
      }
      .k-chips {
        flex-wrap: nowrap;
        margin-inline: calc(-1 * var(--s4));
        padding-inline: var(--s4);
        overflow-x: auto;
        scrollbar-width: none;
      }
      .k-chip {
        flex: none;
      }
    }
  `,
})
export class OrdersPage {
  /** From the address: which orders. */
  readonly state = input<string>();

  protected readonly current = inject(CurrentShop);
  protected readonly list = new Paged<ListedOrder>();
  protected readonly states = STATES;
  protected readonly icons = { file: Download, phone: PhoneCall };
  protected readonly shown = computed<State>(() => STATES.find((s) => s === this.state()) ?? 'all');
  protected readonly waiting = signal<readonly ListedOrder[]>([]);
  /** What stands below those that wait for a decision. */
  protected readonly rest = computed(() => {
    const above = new Set(this.shown() === 'all' ? this.waiting().map((order) => order.id) : []);
    return (this.list.items() ?? []).filter((order) => !above.has(order.id));
  });
  protected readonly mayTake = computed(() => allowed(this.current.role(), 'take_orders'));
  protected readonly saving = signal(false);
  protected readonly news = signal(0);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly toasts = inject(Toasts);

  constructor() {
    let last = '';
    effect(() => {
      const shopId = this.current.shopId();
      const state = this.shown();
      untracked(() => {
        const keep = last === shopId;
        last = shopId;
        const query = {
          status: STATUSES[state],
          attention: state === 'attention' || undefined,
          limit: BATCH,
        };
        this.list.start((cursor, signal) => listOrders(shopId, { ...query, cursor }, signal), keep);
        void this.readWaiting();
      });
    });
    liveRefresh(
      () => [`shop-orders:${this.current.shopId()}`],
      (messages) => void this.hear(messages),
      400,
    );
    inject(DestroyRef).onDestroy(() => this.list.stop());
  }

  protected go(state: State): void {
    const queryParams = { state: state === 'all' ? null : state };
    void this.router.navigate([], { queryParams, replaceUrl: true });
  }

  protected async save(): Promise<void> {
    this.saving.set(true);
    try {
      const path = `/api/v1/orders/export?shop_id=${this.current.shopId()}`;
      await download(path, await this.session.token(), 'orders.csv');
    } catch (error) {
      this.toasts.bad(error);
    } finally {
      this.saving.set(false);
    }
  }

  private async readWaiting(): Promise<void> {
    const shopId = this.current.shopId();
    try {
      const found = (await listOrders(shopId, { attention: true, limit: BATCH })).items;
      if (shopId === this.current.shopId()) this.waiting.set(found);
    } catch {
      // The list below says that there is no connection, and shows these orders too.
    }
  }

  private async hear(messages: readonly LiveMessage[]): Promise<void> {
    this.news.update((n) => n + messages.filter((m) => m.kind === 'placed').length);
    void this.readWaiting();
    const ids = [...new Set(messages.map((m) => m.data['order_id']).filter((id) => typeof id === 'string'))];
    if (ids.length > SINGLE_MAX || messages.some((m) => m.kind === 'reset')) return this.list.again();
    try {
      const fresh = await Promise.all(ids.map((id) => getOrder(id)));
      this.list.update((items) => merged(items, fresh, this.shown()));
    } catch {
      this.list.again();
    }
  }
}

/** The list with these orders as they are now: new ones on top, those that moved on gone. */
function merged(items: readonly ListedOrder[], fresh: readonly ListedOrder[], state: State): ListedOrder[] {
  const byId = new Map(fresh.map((order) => [order.id, order]));
  const known = new Set(items.map((order) => order.id));
  const added = fresh.filter((order) => !known.has(order.id) && (!items[0] || order.id > items[0].id));
  return [...added.sort((a, b) => (a.id < b.id ? 1 : -1)), ...items.map((o) => byId.get(o.id) ?? o)].filter(
    (order) => belongs(order, state),
  );
}
