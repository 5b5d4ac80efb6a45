import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  signal,
} from '@angular/core';
import { FormsModule } from '@angular/forms';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call } from '@kerben/api';
import { AgoPipe, DateTimePipe, formatMoney } from '@kerben/core';
import { Dialog, Empty, Failed, Loading, Toasts } from '@kerben/design';
import { type Product, listGoods } from '../goods/goods-api';
import { Paged } from '../goods/paged';
import { CurrentShop } from '../shell/current-shop';
import { liveRefresh } from './live-refresh';
import { allowed } from './rights';
import { minor } from './shift-sums';
import { type Discrepancy, listDiscrepancies } from './trade-api';

type Decision = 'accept_reported' | 'keep_ours' | 'ignore';
const DECISIONS: readonly Decision[] = ['accept_reported', 'keep_ours', 'ignore'];

/** Where a till counts or prices something differently than the books, and what is decided about it. */
@Component({
  selector: 'b-differences',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    AgoPipe,
    DateTimePipe,
    Dialog,
    Empty,
    Failed,
    FormsModule,
    Loading,
    RouterLink,
    TranslocoDirective,
  ],
  template: `
    <div class="k-stack" *transloco="let t">
      @if (list.items(); as items) {
        @if (items.length) {
          <p class="k-soft">{{ t('trade.differs.text') }}</p>
          <ul class="k-list" role="list" [attr.aria-busy]="list.busy()">
            @for (one of items; track one.id) {
              <li class="row">
                <span class="k-grow">
                  @if (goods(one); as known) {
                    <a [routerLink]="['/goods', known.product.id]">{{ known.name }}</a>
                  } @else {
                    <span>{{ t('trade.differs.unknown') }}</span>
                  }
                  <span class="k-soft k-small"
                    >{{ t('trade.differs.' + one.kind) }} ·
                    <time [attr.datetime]="one.seen_at" [title]="one.seen_at | dateTime">{{
                      one.seen_at | ago
                    }}</time></span
                  >
                </span>
                <dl>
                  <div>
                    <dt>{{ t('trade.differs.till') }}</dt>
                    <dd class="k-num k-strong">{{ value(one, one.reported) }}</dd>
                  </div>
                  <div>
                    <dt>{{ t('trade.differs.ours') }}</dt>
                    <dd class="k-num k-strong">{{ value(one, one.ours) }}</dd>
                  </div>
                </dl>
                @if (maySettle()) {
                  <button type="button" class="k-btn" (click)="ask(one)">
                    {{ t('trade.differs.settle') }}
                  </button>
                }
              </li>
            }
          </ul>
          @if (list.hasMore()) {
            <button type="button" class="k-btn more" [disabled]="list.busy()" (click)="list.more()">
              {{ t('common.more') }}
            </button>
          }
        } @else {
          <k-empty [heading]="t('trade.differs.none')" [text]="t('trade.differs.none_text')" />
        }
      } @else if (list.error()) {
        <k-failed [error]="list.error()" (again)="list.again()" />
      } @else {
        <k-loading />
      }

      <k-dialog [(open)]="asking" [heading]="t('trade.differs.settle_what')">
        @if (about(); as one) {
          <form class="k-form" (ngSubmit)="settle(one)">
            @if (goods(one); as known) {
              <p>{{ known.name }}</p>
            }
            <fieldset class="k-stack k-stack--tight">
              <legend class="k-sr">{{ t('trade.differs.settle_what') }}</legend>
              @for (decision of decisions; track decision) {
                <label class="k-choice">
                  <input type="radio" name="decision" [value]="decision" [(ngModel)]="decided" />
                  <span>
                    {{
                      t('trade.differs.' + decision, {
                        till: value(one, one.reported),
                        ours: value(one, one.ours),
                      })
                    }}
                    <small class="k-hint">{{ t('trade.differs.' + decision + '_hint') }}</small>
                  </span>
                </label>
              }
            </fieldset>
            <label class="k-field">
              <span>{{ t('trade.requests.note') }}</span>
              <input class="k-input" name="note" maxlength="500" autocomplete="off" [(ngModel)]="note" />
            </label>
            <button type="submit" class="k-btn k-btn--primary" [disabled]="busy()">
              {{ t('trade.differs.settle') }}
            </button>
          </form>
        }
      </k-dialog>
    </div>
  `,
  styles: `
    .row {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: var(--s3) var(--s5);
    }
    .row .k-grow {
      display: grid;
      flex-basis: 220px;
    }
    dl {
      display: flex;
      gap: var(--s5);
      margin: 0;
    }
    dt {
      color: var(--clay);
      font-size: var(--t-small);
    }
    dd {
      margin: 0;
    }
    fieldset {
      margin: 0;
      padding: 0;
      border: 0;
    }
    .k-choice span {
      display: grid;
    }
    .more {
      justify-self: center;
    }
  `,
})
export class Differences {
  protected readonly list = new Paged<Discrepancy>();
  protected readonly decisions = DECISIONS;
  protected readonly asking = signal(false);
  protected readonly about = signal<Discrepancy | null>(null);
  protected readonly decided = signal<Decision>('accept_reported');
  protected readonly note = signal('');
  protected readonly busy = signal(false);
  protected readonly maySettle = computed(() => allowed(this.current.role(), 'settle'));
  private readonly names = signal<ReadonlyMap<string, { product: Product; name: string; kg: boolean }>>(
    new Map(),
  );
  private readonly current = inject(CurrentShop);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  constructor() {
    effect(() => {
      const shopId = this.current.shopId();
      this.list.start(async (cursor, signal) => {
        const page = await listDiscrepancies(shopId, cursor, signal);
        await this.learn(shopId, page.items, signal);
        return page;
      }, false);
    });
    liveRefresh(
      () => [`shop:${this.current.shopId()}`],
      () => {
        if (!this.asking()) this.list.again();
      },
      3000,
    );
    inject(DestroyRef).onDestroy(() => this.list.stop());
  }

  protected goods(one: Discrepancy): { product: Product; name: string; kg: boolean } | undefined {
    return this.names().get(one.variant_id);
  }

  protected value(one: Discrepancy, value: number | string): string {
    if (one.kind === 'price') return formatMoney(minor(Number(value)));
    const unit = this.transloco.translate<string>(this.goods(one)?.kg ? 'common.kg' : 'common.pcs');
    return `${String(value).replace('.', ',')} ${unit}`;
  }

  protected ask(one: Discrepancy): void {
    this.about.set(one);
    this.decided.set('accept_reported');
    this.note.set('');
    this.asking.set(true);
  }

  protected async settle(one: Discrepancy): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    try {
      const params = { path: { discrepancy_id: one.id } };
      const body = { action: this.decided(), version: one.version, note: this.note().trim() || null };
      await call(api.POST('/api/v1/discrepancies/{discrepancy_id}/resolve', { params, body }));
      this.asking.set(false);
      this.toasts.good(this.transloco.translate('trade.differs.settled'));
      this.list.update((items) => items.filter((other) => other.id !== one.id));
    } catch (error) {
      this.toasts.bad(error);
      // The till has reported another number meanwhile, or somebody was faster: shown anew.
      if (error instanceof Problem && error.status === 409) {
        this.asking.set(false);
        this.list.again();
      }
    } finally {
      this.busy.set(false);
    }
  }

  private async learn(shopId: string, items: readonly Discrepancy[], signal: AbortSignal): Promise<void> {
    const ids = [...new Set(items.map((one) => one.variant_id))];
    if (!ids.length) return;
    const products = (await listGoods(shopId, { variant_id: ids }, signal)).items;
    const known = new Map(this.names());
    for (const product of products) {
      for (const variant of product.variants) {
        const facts = Object.values(variant.attributes).join(', ');
        const name = facts ? `${product.name}, ${facts}` : product.name;
        known.set(variant.id, { product, name, kg: variant.unit === 'kg' });
      }
    }
    this.names.set(known);
  }
}
