import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Product } from './data';
import { ProductCard } from './product-card';

/** Products as tiles, with «Показать ещё» while there are more. */
@Component({
  selector: 'k-goods-list',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ProductCard, TranslocoDirective],
  template: `
    <ul class="k-goods" role="list" [class.narrow]="narrow()">
      @for (product of items(); track product.id) {
        <li><k-product-card [product]="product" [eager]="$index < eager()" [showShop]="showShop()" /></li>
      }
    </ul>
    @if (hasMore()) {
      <p class="more" *transloco="let t">
        <button type="button" class="k-btn" [attr.aria-disabled]="loadingMore()" (click)="more.emit()">
          {{ loadingMore() ? t('common.loading') : t('common.more') }}
        </button>
      </p>
    }
  `,
  styles: `
    :host {
      display: block;
    }
    /* Beside the filters there is less room: the tiles stay as large as elsewhere. */
    .narrow {
      grid-template-columns: repeat(auto-fill, minmax(min(100%, max(150px, 22%)), 1fr));
    }
    .more {
      display: grid;
      justify-content: center;
      margin-top: var(--s6);
    }
    .more button {
      min-width: 220px;
    }
  `,
})
export class GoodsList {
  readonly items = input.required<readonly Product[]>();
  readonly hasMore = input(false);
  readonly loadingMore = input(false);
  readonly showShop = input(true);
  readonly narrow = input(false);
  /** How many pictures are loaded before they are scrolled to. */
  readonly eager = input(0);
  readonly more = output<void>();
}
