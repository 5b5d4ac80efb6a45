import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { QtyPipe } from '@kerben/core';
import { Picture } from '@kerben/design';
import { kindOf } from '../browse/variants';
import type { Money } from './data';
import { Facts } from './facts';

/** What a line of a cart and a line of an order have in common. */
export interface Line {
  product_id: string | null;
  name: string | null;
  attributes: Record<string, string>;
  unit: string;
  qty: number;
  unit_price: Money;
  amount: Money;
  note?: string | null;
}

/** One line of goods: picture, name, what kind, and what it costs; buttons and troubles are projected below. */
@Component({
  selector: 'k-goods-line',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Picture, QtyPipe, RouterLink, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <k-picture
        [src]="look()?.picture ?? null"
        [picture]="look()?.pictures?.[0]"
        alt=""
        sizes="72px"
        [class.faint]="faint()"
      />
      <div class="text">
        @if (line().product_id; as id) {
          <a [routerLink]="['/p', id]">{{ line().name }}</a>
        } @else {
          <span>{{ line().name ?? t('buy.gone_name') }}</span>
        }
        @if (kind()) {
          <p class="k-soft k-small">{{ kind() }}</p>
        }
        @if (line().note; as note) {
          <p class="k-soft k-small">{{ note }}</p>
        }
      </div>
      <p class="sum" [class.k-soft]="faint()">
        <!-- Goods that are gone have no price any more. -->
        @if (line().name) {
          <span class="k-money k-strong">{{ line().amount.display }}</span>
          @if (line().qty !== 1 || line().unit === 'kg') {
            <span class="k-num k-soft k-small">
              {{ line().qty | qty }} {{ t('common.' + line().unit) }} × {{ line().unit_price.display }}
            </span>
          }
        }
      </p>
      <div class="below"><ng-content /></div>
    </ng-container>
  `,
  styles: `
    :host {
      position: relative;
      display: grid;
      grid-template-columns: 72px minmax(0, 1fr);
      gap: var(--s1) var(--s3);
      align-items: start;
    }
    k-picture {
      grid-row: span 3;
      width: 72px;
      border-radius: var(--radius-small);
    }
    .faint {
      opacity: 0.55;
    }
    .text {
      line-height: 1.35;
    }
    a {
      color: inherit;
      text-decoration: none;
    }
    /* The picture leads there too: a name alone is a small target for a thumb. */
    a::after {
      content: '';
      position: absolute;
      inset: 0 auto auto 0;
      width: 72px;
      height: 72px;
      border-radius: var(--radius-small);
    }
    a:hover {
      color: var(--issyk);
    }
    .sum {
      display: flex;
      flex-wrap: wrap;
      align-items: baseline;
      gap: 0 var(--s2);
    }
    .below {
      display: grid;
      gap: var(--s2);
      min-width: 0;
    }
    .below:empty {
      display: none;
    }
    @media (width >= 720px) {
      :host {
        grid-template-columns: 72px minmax(0, 1fr) auto;
      }
      .sum {
        flex-direction: column;
        align-items: flex-end;
      }
      .below {
        grid-column: 2 / -1;
      }
    }
  `,
})
export class GoodsLine {
  readonly line = input.required<Line>();
  /** It cannot be had as it is. */
  readonly faint = input(false);
  private readonly facts = inject(Facts);
  protected readonly look = computed(() => {
    const id = this.line().product_id;
    return id ? this.facts.look(id)() : null;
  });
  protected readonly kind = computed(() => kindOf(this.line().attributes));
}
