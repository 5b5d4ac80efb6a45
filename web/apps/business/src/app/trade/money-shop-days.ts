import { ChangeDetectionStrategy, Component, computed, inject, input, resource, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { DayPipe } from '@kerben/core';
import { Failed, Loading } from '@kerben/design';
import { CurrentShop } from '../shell/current-shop';
import { type Days, yearOf } from './money-period';
import { orderDays, tillDays } from './trade-api';

/** What the shop took by day, at the counter too: money that never was on the balance. Read when it is unfolded. */
@Component({
  selector: 'b-money-shop-days',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DayPipe, Failed, Loading, TranslocoDirective],
  template: `
    <details class="k-card" (toggle)="unfolded.set($any($event.target).open)" *transloco="let t">
      <summary>
        <h2>{{ t('money.shop.title', { shop: current.shop()?.name }) }}</h2>
        <span class="k-soft k-small">{{ t('money.shop.text') }}</span>
      </summary>
      @if (rows.hasValue()) {
        @if (rows.value().length) {
          <div
            class="k-table-wrap"
            tabindex="0"
            role="region"
            [attr.aria-label]="t('money.shop.title', { shop: current.shop()?.name })"
          >
            <table class="k-table">
              <thead>
                <tr>
                  <th scope="col">{{ t('money.day') }}</th>
                  <th scope="col" class="k-num">{{ t('trade.today.counter') }}</th>
                  <th scope="col" class="k-num">{{ t('trade.shift.by_cash') }}</th>
                  <th scope="col" class="k-num">{{ t('trade.shift.by_card') }}</th>
                  <th scope="col" class="k-num">{{ t('trade.shift.by_qr') }}</th>
                  <th scope="col" class="k-num">{{ t('trade.today.online') }}</th>
                </tr>
              </thead>
              <tbody>
                @for (row of rows.value(); track row.day) {
                  <tr>
                    <th scope="row">{{ row.day | day }}{{ year(row.day) }}</th>
                    <td class="k-num">{{ row.till?.revenue?.display ?? '—' }}</td>
                    <td class="k-num">{{ row.till?.payments?.cash?.display ?? '—' }}</td>
                    <td class="k-num">{{ row.till?.payments?.card?.display ?? '—' }}</td>
                    <td class="k-num">{{ row.till?.payments?.qr?.display ?? '—' }}</td>
                    <td class="k-num">{{ row.orders?.revenue?.display ?? '—' }}</td>
                  </tr>
                }
              </tbody>
            </table>
          </div>
        } @else {
          <p class="k-soft">{{ t('money.shop.none') }}</p>
        }
      } @else if (rows.error()) {
        <k-failed [error]="rows.error()" (again)="rows.reload()" />
      } @else if (unfolded()) {
        <k-loading />
      }
    </details>
  `,
  styles: `
    summary {
      min-height: var(--touch);
      padding-block: var(--s1);
      cursor: pointer;
    }
    summary h2 {
      display: inline;
    }
    summary .k-small {
      display: block;
      margin-top: var(--s1);
    }
    details[open] summary {
      margin-bottom: var(--s3);
    }
    tbody th {
      color: var(--ink);
    }
    tbody tr:last-child th {
      border-bottom: 0;
    }
  `,
})
export class MoneyShopDays {
  readonly days = input.required<Days>();
  readonly today = input.required<string>();
  protected readonly current = inject(CurrentShop);
  protected readonly unfolded = signal(false);
  private readonly asked = computed(() =>
    this.unfolded() ? { shopId: this.current.shopId(), ...this.days() } : undefined,
  );
  protected readonly rows = resource({
    params: () => this.asked(),
    loader: async ({ params: { shopId, from, to }, abortSignal }) => {
      const [tills, orders] = await Promise.all([
        tillDays(shopId, from, to, abortSignal),
        orderDays(shopId, from, to, abortSignal),
      ]);
      const known = new Set([...tills, ...orders].map((one) => one.day));
      return [...known]
        .sort()
        .reverse()
        .map((day) => ({
          day,
          till: tills.find((d) => d.day === day),
          orders: orders.find((d) => d.day === day),
        }));
    },
  });

  protected year(day: string): string {
    return yearOf(day, this.today());
  }
}
