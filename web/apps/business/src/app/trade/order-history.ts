import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { DateTimePipe } from '@kerben/core';
import type { Schemas } from '@kerben/api';

const ACTIONS = [
  'placed',
  'paid',
  'revived',
  'cancelled',
  'expired',
  'pickup_expired',
  'refunded',
  'returned',
  'unclaimed',
  'attention',
  'attention_cleared',
  'extended',
  'edited',
];
const ROLES = ['owner', 'manager', 'cashier', 'storekeeper', 'accountant'];

/** What happened to an order, in words, the newest first. */
@Component({
  selector: 'b-order-history',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DateTimePipe, TranslocoDirective],
  template: `
    <ol role="list" *transloco="let t">
      @for (entry of entries(); track entry.n) {
        <li>
          <span class="k-strong">
            {{ entry.known ? t('trade.history.' + entry.known) : t('order_status.' + entry.to_status) }}</span
          >
          <span class="k-soft k-small">
            <time [attr.datetime]="entry.at">{{ entry.at | dateTime }}</time> ·
            {{ entry.staff ? t('staff_role.' + entry.actor_role) : t('trade.actor.' + entry.actor) }}
          </span>
          @if (entry.comment) {
            <span class="said">{{ entry.comment }}</span>
          }
        </li>
      }
    </ol>
  `,
  styles: `
    ol {
      display: grid;
      margin: 0;
      padding: 0;
    }
    li {
      position: relative;
      display: grid;
      padding: 0 0 var(--s4) var(--s5);
    }
    li::before {
      content: '';
      position: absolute;
      inset-inline-start: 3px;
      top: 7px;
      width: 9px;
      height: 9px;
      border-radius: 50%;
      background: var(--line-strong);
    }
    li:first-child::before {
      background: var(--juniper);
    }
    li:not(:last-child)::after {
      content: '';
      position: absolute;
      inset-inline-start: 7px;
      top: 20px;
      bottom: -3px;
      width: 1px;
      background: var(--line-strong);
    }
    .said {
      margin-top: var(--s1);
      overflow-wrap: anywhere;
    }
  `,
})
export class OrderHistory {
  readonly history = input.required<readonly Schemas['HistoryView'][]>();
  protected readonly entries = computed(() =>
    [...this.history()]
      .sort((a, b) => b.n - a.n)
      .map((entry) => ({
        ...entry,
        known: ACTIONS.includes(entry.action) ? entry.action : null,
        staff: ROLES.includes(entry.actor_role),
        actor: actor(entry.actor_role),
      })),
  );
}

function actor(role: string): 'buyer' | 'platform' | 'till' | 'courier' | 'system' {
  if (role === 'buyer' || role === 'courier') return role;
  if (role === 'admin' || role === 'support') return 'platform';
  return role === 'pos' || role === 'till' || role === 'device' ? 'till' : 'system';
}
