import { ChangeDetectionStrategy, Component, input, resource } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { api, call } from '@kerben/api';
import { DateTimePipe, MoneyPipe } from '@kerben/core';
import { Failed, Loading } from '@kerben/design';

/** How the price of a variant changed, and by whom. */
@Component({
  selector: 'b-price-history',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DateTimePipe, Failed, Loading, MoneyPipe, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (points.hasValue()) {
        @if (points.value().length) {
          <ol class="k-list" role="list">
            @for (point of points.value(); track point.at) {
              <li class="k-row k-row--between">
                <span>
                  <span class="k-soft k-money">{{ point.old_price.amount | money }}</span>
                  <span class="k-soft" aria-hidden="true"> → </span>
                  <span class="k-strong k-money">{{ point.new_price.amount | money }}</span>
                </span>
                <span class="k-soft k-small">
                  {{ t('goods.price_by_' + point.source) }} · {{ point.at | dateTime }}
                </span>
              </li>
            }
          </ol>
        } @else {
          <p class="k-soft">{{ t('goods.price_never') }}</p>
        }
      } @else if (points.error()) {
        <k-failed [error]="points.error()" (again)="points.reload()" />
      } @else {
        <k-loading [count]="3" />
      }
    </ng-container>
  `,
})
export class PriceHistory {
  readonly variantId = input.required<string>();
  protected readonly points = resource({
    params: () => this.variantId(),
    loader: async ({ params, abortSignal }) => {
      const path = { variant_id: params };
      return (
        await call(
          api.GET('/api/v1/variants/{variant_id}/price-history', { params: { path }, signal: abortSignal }),
        )
      ).items;
    },
  });
}
