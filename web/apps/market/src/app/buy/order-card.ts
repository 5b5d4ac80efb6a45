import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { DayPipe } from '@kerben/core';
import { Picture } from '@kerben/design';
import type { ListedOrder } from './data';
import { Facts } from './facts';
import { toneOf } from './order-words';

const PICTURES = 4;

/** An order in the list: how it stands, what is in it, what it costs. */
@Component({
  selector: 'k-order-card',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DayPipe, Picture, RouterLink, TranslocoDirective],
  template: `
    <a class="k-card" [routerLink]="['/orders', order().id]" *transloco="let t">
      <span class="k-row k-row--between">
        <span class="k-badge" [class]="'k-badge ' + badge()">{{ t('order_status.' + order().status) }}</span>
        <span class="k-money k-strong">{{ order().total.display }}</span>
      </span>
      <span class="pictures">
        @for (look of looks(); track $index) {
          <k-picture [src]="look?.picture ?? null" [picture]="look?.pictures?.[0]" alt="" sizes="56px" />
        }
        @if (more()) {
          <span class="k-soft">+{{ more() }}</span>
        }
      </span>
      <span class="names">{{ names() }}</span>
      <span class="k-soft k-small k-num">{{ order().number }} · {{ order().created_at | day }}</span>
    </a>
  `,
  styles: `
    a {
      display: grid;
      gap: var(--s2);
    }
    a:hover .names {
      color: var(--issyk);
    }
    .pictures {
      display: flex;
      align-items: center;
      gap: var(--s2);
    }
    k-picture {
      width: 56px;
      border-radius: var(--radius-small);
    }
    .names {
      display: -webkit-box;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
      overflow: hidden;
      line-height: 1.35;
    }
  `,
})
export class OrderCard {
  readonly order = input.required<ListedOrder>();
  private readonly facts = inject(Facts);
  protected readonly looks = computed(() =>
    this.order()
      .items.slice(0, PICTURES)
      .map((line) => this.facts.look(line.product_id)()),
  );
  protected readonly more = computed(() => Math.max(0, this.order().items.length - PICTURES));
  protected readonly names = computed(() =>
    this.order()
      .items.map((line) => line.name)
      .join(', '),
  );
  protected readonly badge = computed(() => {
    const tone = toneOf(this.order().status);
    return { good: 'k-badge--good', wait: 'k-badge--warn', bad: '' }[tone];
  });
}
