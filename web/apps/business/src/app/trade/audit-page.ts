import { ChangeDetectionStrategy, Component, DestroyRef, effect, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { DateTimePipe, PhonePipe, dateTime, formatMoney } from '@kerben/core';
import { Empty, Failed, Loading } from '@kerben/design';
import { Paged } from '../goods/paged';
import { CurrentShop } from '../shell/current-shop';
import { type Change, actionKey, changesOf, linkOf } from './audit-words';
import { type AuditEntry, listAudit } from './trade-api';

const STAFF = ['owner', 'manager', 'cashier', 'storekeeper', 'accountant'];
/** Kinds whose values have words in the catalogue, and where. */
const WORDS: Partial<Record<Change['kind'], string>> = {
  order_status: 'order_status',
  payout_status: 'payout_status',
  payment_method: 'payment_method',
  delivery_method: 'delivery_method',
  staff_role: 'staff_role',
  outcome: 'trade.outcome',
  resolution: 'trade.resolution',
  cause: 'trade.stock_cause',
  master: 'trade.master',
  mode: 'trade.mode',
  bearer: 'trade.bearer',
};

/** Who did what with the seller's things. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DateTimePipe, Empty, Failed, Loading, RouterLink, TranslocoDirective],
  template: `
    <main class="k-page k-stack" id="content" *transloco="let t">
      <header>
        <h1>{{ t('trade.audit.title') }}</h1>
        <p class="k-soft">{{ t('trade.audit.text') }}</p>
      </header>
      @if (list.items(); as items) {
        @if (items.length) {
          <ol class="k-list" role="list" [attr.aria-busy]="list.busy()">
            @for (entry of items; track entry.id) {
              <li class="k-stack k-stack--tight">
                <div class="k-row k-row--between">
                  <span class="k-strong">
                    @if (link(entry); as address) {
                      <a [routerLink]="address">{{ t('trade.did.' + action(entry)) }}</a>
                    } @else {
                      {{ t('trade.did.' + action(entry)) }}
                    }
                  </span>
                  <time class="k-soft k-small" [attr.datetime]="entry.at">{{ entry.at | dateTime }}</time>
                </div>
                <p class="k-soft k-small">
                  {{ entry.actor_name ?? t('trade.audit.platform') }}
                  @if (isStaff(entry)) {
                    · {{ t('staff_role.' + entry.actor_role) }}
                  } @else if (entry.actor_role === 'partner') {
                    · {{ t('trade.audit.partner') }}
                  }
                </p>
                @if (changes(entry); as rows) {
                  @if (rows.length) {
                    <dl>
                      @for (row of rows; track row.field) {
                        <dt>{{ t('trade.fact.' + row.field) }}</dt>
                        <dd>
                          @if (row.before) {
                            <del>{{ row.before }}</del>
                          }
                          @if (row.after) {
                            <ins>{{ row.after }}</ins>
                          }
                        </dd>
                      }
                    </dl>
                  }
                }
              </li>
            }
          </ol>
          @if (list.hasMore()) {
            <button type="button" class="k-btn more" [disabled]="list.busy()" (click)="list.more()">
              {{ t('common.more') }}
            </button>
          }
        } @else {
          <k-empty [heading]="t('trade.audit.none')" [text]="t('trade.audit.none_text')" />
        }
      } @else if (list.error()) {
        <k-failed [error]="list.error()" (again)="list.again()" />
      } @else {
        <k-loading [count]="6" />
      }
    </main>
  `,
  styles: `
    dl {
      display: grid;
      grid-template-columns: minmax(84px, 180px) minmax(0, 2fr);
      gap: var(--s1) var(--s4);
      margin: 0;
      font-size: var(--t-small);
    }
    dt {
      color: var(--clay);
    }
    dd {
      display: flex;
      flex-wrap: wrap;
      gap: 0 var(--s3);
      margin: 0;
      min-width: 0;
    }
    del,
    ins {
      min-width: 0;
      overflow-wrap: anywhere;
    }
    del {
      color: var(--clay);
    }
    ins {
      text-decoration: none;
    }
    .more {
      justify-self: center;
    }
  `,
})
export class AuditPage {
  protected readonly list = new Paged<AuditEntry>();
  private readonly current = inject(CurrentShop);
  private readonly transloco = inject(TranslocoService);
  private readonly phone = new PhonePipe();

  constructor() {
    effect(() => {
      const merchantId = this.current.merchantId();
      this.list.start((cursor, signal) => listAudit(merchantId, cursor, signal), false);
    });
    inject(DestroyRef).onDestroy(() => this.list.stop());
  }

  protected action(entry: AuditEntry): string {
    return actionKey(entry.action);
  }

  protected link(entry: AuditEntry): string[] | null {
    return linkOf(entry);
  }

  protected isStaff(entry: AuditEntry): boolean {
    return STAFF.includes(entry.actor_role);
  }

  protected changes(entry: AuditEntry): { field: string; before: string; after: string }[] {
    return changesOf(entry)
      .map((one) => ({
        field: one.field,
        before: this.written(one.kind, one.before),
        after: this.written(one.kind, one.after),
      }))
      .filter((row) => row.before || row.after);
  }

  /** A value in words; empty for nothing and for what has no words. */
  private written(kind: Change['kind'], value: unknown): string {
    if (value === null || value === undefined || value === '') return '';
    const words = WORDS[kind];
    if (words) return this.word(`${words}.${String(value)}`);
    switch (kind) {
      case 'money':
        return formatMoney(Number(value));
      case 'yes':
        return this.word(value ? 'common.yes' : 'common.no');
      case 'moment':
        return dateTime(String(value));
      case 'phone':
        return this.phone.transform(String(value));
      case 'quantity':
        return String(value).replace('.', ',');
      case 'thousandths':
        return String(Number(value) / 1000).replace('.', ',');
      case 'count':
        return Array.isArray(value) ? String(value.length) : '';
      case 'payments':
        return this.each(value, (one) => this.word(`payment_method.${String(one)}`));
      case 'scopes':
        return this.each(value, (one) => this.word(`trade.scope.${String(one).replace('.', '_')}`));
      case 'shops':
        return this.shops(value);
      case 'positions':
        return this.each<{ role?: string; shop_ids?: string[] | null }>(value, (one) => this.position(one));
      case 'hours':
        return this.each<[string, unknown]>(
          Object.entries(value),
          ([day, span]) => `${this.word(`trade.short.${day}`)} ${this.span(span)}`,
        );
      default:
        return typeof value === 'object' ? '' : String(value);
    }
  }

  private each<T>(value: unknown, write: (one: T) => string): string {
    return Array.isArray(value) ? (value as T[]).map(write).filter(Boolean).join(', ') : '';
  }

  private span(span: unknown): string {
    return span === 'closed' ? this.word('shell.day_off') : String(span).replaceAll('-', '–');
  }

  private position(one: { role?: string; shop_ids?: string[] | null }): string {
    return one.role ? `${this.word(`staff_role.${one.role}`)} (${this.shops(one.shop_ids)})` : '';
  }

  private shops(ids: unknown): string {
    if (!Array.isArray(ids)) return this.word('trade.staff.all_shops');
    return this.current
      .shops()
      .filter((shop) => ids.includes(shop.id))
      .map((shop) => shop.name)
      .join(', ');
  }

  /** The word of the catalogue; empty when it has none, for a code is nothing to show. */
  private word(key: string): string {
    const found = this.transloco.translate<string>(key);
    return found === key ? '' : found;
  }
}
