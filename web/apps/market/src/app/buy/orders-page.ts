import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  linkedSignal,
  resource,
  signal,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Problem } from '@kerben/api';
import { Session, guestOrders } from '@kerben/core';
import { Empty, Failed, Loading, Toasts } from '@kerben/design';
import { type ListedOrder, readOrder, readOrders } from './data';
import { OrderCard } from './order-card';

const GUEST_PAGE = 10;

interface Listed {
  own: ListedOrder[];
  next: string | null;
  /** Made on this device without an account. */
  here: ListedOrder[];
  /** How many of the device's orders have been looked at. */
  looked: number;
}

/** My orders: the account's, and those made on this device without signing in. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Empty, Failed, Loading, OrderCard, RouterLink, TranslocoDirective],
  template: `
    <main class="k-page k-page--narrow" id="content" *transloco="let t">
      <h1>{{ t('buy.orders_title') }}</h1>
      @if (shown(); as list) {
        @if (list.own.length === 0 && list.here.length === 0) {
          <k-empty
            [heading]="t('buy.orders_empty')"
            [text]="t(session.isSignedIn() ? 'buy.orders_empty_text' : 'buy.orders_guest_text')"
          >
            <a class="k-btn k-btn--primary" routerLink="/search">{{ t('buy.to_goods') }}</a>
            @if (!session.isSignedIn()) {
              <a class="k-btn k-btn--plain" routerLink="/signin" [queryParams]="{ next: '/orders' }">
                {{ t('buy.sign_in') }}
              </a>
            }
          </k-empty>
        }
        @if (list.own.length) {
          <ul role="list" class="list">
            @for (order of list.own; track order.id) {
              <li><k-order-card [order]="order" /></li>
            }
          </ul>
        }
        @if (list.next) {
          <button type="button" class="k-btn k-btn--wide" [disabled]="busy()" (click)="more()">
            {{ t('common.more') }}
          </button>
        }
        @if (list.here.length) {
          @if (session.isSignedIn()) {
            <h2>{{ t('buy.orders_here') }}</h2>
          }
          <ul role="list" class="list">
            @for (order of list.here; track order.id) {
              <li><k-order-card [order]="order" /></li>
            }
          </ul>
          @if (list.looked < known()) {
            <button type="button" class="k-btn k-btn--wide" [disabled]="busy()" (click)="moreHere()">
              {{ t('common.more') }}
            </button>
          }
          @if (!session.isSignedIn()) {
            <p class="k-soft k-small hint">
              {{ t('buy.orders_here_text') }}
              <a routerLink="/signin" [queryParams]="{ next: '/orders' }">{{ t('buy.sign_in') }}</a>
            </p>
          }
        }
      } @else if (first.error()) {
        <k-failed [error]="first.error()" (again)="first.reload()" />
      } @else {
        <k-loading />
      }
    </main>
  `,
  styles: `
    h1 {
      margin-bottom: var(--s4);
    }
    h2 {
      margin: var(--s6) 0 var(--s3);
    }
    .list {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--s3);
      margin-bottom: var(--s4);
    }
    .hint {
      display: grid;
      justify-items: center;
      text-align: center;
    }
    .hint a {
      display: inline-flex;
      align-items: center;
      min-height: var(--touch);
    }
  `,
})
export class OrdersPage {
  protected readonly session = inject(Session);
  protected readonly busy = signal(false);
  private readonly toasts = inject(Toasts);
  private readonly kept = guestOrders.all();
  protected readonly known = computed(() => this.kept.length);

  protected readonly first = resource({
    params: () => ({ user: this.session.user()?.id ?? null }),
    loader: async ({ params, abortSignal }): Promise<Listed> => {
      const [own, here] = await Promise.all([
        params.user ? readOrders(null, abortSignal) : { items: [], next_cursor: null },
        this.readHere(0, abortSignal),
      ]);
      const ids = new Set(own.items.map((order) => order.id));
      return {
        own: own.items,
        next: own.next_cursor ?? null,
        here: here.filter((order) => !ids.has(order.id)),
        looked: GUEST_PAGE,
      };
    },
  });
  protected readonly shown = linkedSignal(() => (this.first.hasValue() ? this.first.value() : null));

  protected async more(): Promise<void> {
    const list = this.shown();
    if (!list?.next || this.busy()) return;
    await this.working(async () => {
      const page = await readOrders(list.next);
      const ids = new Set(page.items.map((order) => order.id));
      this.shown.set({
        ...list,
        own: [...list.own, ...page.items],
        next: page.next_cursor ?? null,
        // An order may belong to the account by now: then it stands there.
        here: list.here.filter((order) => !ids.has(order.id)),
      });
    });
  }

  protected async moreHere(): Promise<void> {
    const list = this.shown();
    if (!list || this.busy()) return;
    await this.working(async () => {
      const here = await this.readHere(list.looked);
      const ids = new Set(list.own.map((order) => order.id));
      this.shown.set({
        ...list,
        here: [...list.here, ...here.filter((order) => !ids.has(order.id))],
        looked: list.looked + GUEST_PAGE,
      });
    });
  }

  private async working(work: () => Promise<void>): Promise<void> {
    this.busy.set(true);
    try {
      await work();
    } catch (error) {
      this.toasts.bad(error);
    } finally {
      this.busy.set(false);
    }
  }

  private async readHere(from: number, signal?: AbortSignal): Promise<ListedOrder[]> {
    const found = await Promise.all(
      this.kept.slice(from, from + GUEST_PAGE).map(({ id }) =>
        readOrder(id, signal).then(
          ({ order }) => order,
          (error: unknown) => {
            // An order that is no longer shown to this device is left out.
            if (error instanceof Problem && error.status === 404) return null;
            throw error;
          },
        ),
      ),
    );
    return found.filter((order) => order !== null);
  }
}
