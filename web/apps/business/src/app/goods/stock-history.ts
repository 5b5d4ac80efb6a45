import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  effect,
  inject,
  input,
  untracked,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { api, call } from '@kerben/api';
import { DateTimePipe, MoneyPipe } from '@kerben/core';
import { Failed, Loading } from '@kerben/design';
import type { Adjustment } from './goods-api';
import { Paged } from './paged';
import { showQty } from './quantities';

/** Every change of a variant's stock with its cause, newest first. Another `version` reads it again. */
@Component({
  selector: 'b-stock-history',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DateTimePipe, Failed, Loading, MoneyPipe, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (list.items(); as items) {
        @if (items.length) {
          <ol class="k-list" role="list">
            @for (one of items; track one.id) {
              <li>
                <span class="k-row k-row--between k-row--nowrap">
                  <span>{{ t('goods.cause_' + one.cause) }}</span>
                  <span class="k-num k-strong" [class.less]="one.qty < 0">{{ shown(one.qty) }}</span>
                </span>
                <span class="k-soft k-small">
                  {{ one.created_at | dateTime }}
                  @if (one.unit_cost !== null) {
                    · {{ one.unit_cost | money }}
                  }
                  @if (one.supplier) {
                    · {{ one.supplier }}
                  }
                  @if (one.note) {
                    · {{ one.note }}
                  }
                </span>
              </li>
            }
          </ol>
          @if (list.hasMore()) {
            <button type="button" class="k-btn k-btn--small" [disabled]="list.busy()" (click)="list.more()">
              {{ t('common.more') }}
            </button>
          }
        } @else {
          <p class="k-soft">{{ t('goods.history_none') }}</p>
        }
      } @else if (list.error()) {
        <k-failed [error]="list.error()" (again)="list.again()" />
      } @else {
        <k-loading [count]="3" />
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--s2);
    }
    .less {
      color: var(--felt);
    }
  `,
})
export class StockHistory {
  readonly variantId = input.required<string>();
  readonly version = input('');
  protected readonly list = new Paged<Adjustment>();

  constructor() {
    effect(() => {
      const path = { variant_id: this.variantId() };
      this.version();
      untracked(() =>
        this.list.start((cursor, signal) => {
          const query = { limit: 20, cursor };
          return call(
            api.GET('/api/v1/variants/{variant_id}/adjustments', { params: { path, query }, signal }),
          );
        }),
      );
    });
    inject(DestroyRef).onDestroy(() => this.list.stop());
  }

  protected shown(qty: number): string {
    return qty > 0 ? `+${showQty(qty)}` : showQty(qty);
  }
}
