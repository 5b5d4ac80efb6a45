import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  model,
  output,
  signal,
  untracked,
} from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call } from '@kerben/api';
import { ProblemTexts, newKey, parseMajor, roundQty } from '@kerben/core';
import { Dialog, Toasts } from '@kerben/design';
import { CurrentShop } from '../shell/current-shop';
import { focusWrong } from '../shell/focus-wrong';
import { type Movement, type Variant, moveStock } from './goods-api';
import { parseQty, showQty } from './quantities';
import { StockHistory } from './stock-history';

export type Cause = Movement['cause'];
const CAUSES: readonly Cause[] = ['goods_in', 'write_off', 'stocktake'];
const REASONS = ['damage', 'break', 'expired', 'own', 'loss'] as const;

/** One variant's stock: what lies there, a change with its cause, the level to be warned at, the history. */
@Component({
  selector: 'b-stock-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Dialog, StockHistory, TranslocoDirective],
  template: `
    <k-dialog [(open)]="open" [heading]="name()" *transloco="let t">
      @if (open()) {
        <div class="k-stack">
          <dl class="levels">
            <div>
              <dt>{{ t('goods.col_on_hand') }}</dt>
              <dd class="k-num">{{ show(variant().on_hand) }}</dd>
            </div>
            <div>
              <dt>{{ t('goods.col_reserved') }}</dt>
              <dd class="k-num">{{ show(variant().reserved) }}</dd>
            </div>
            <div>
              <dt>{{ t('goods.col_free') }}</dt>
              <dd class="k-num">{{ show(variant().stock_qty) }}</dd>
            </div>
          </dl>
          <form class="k-form" (submit)="save($event)">
            <fieldset>
              <legend class="k-label">{{ t('goods.cause') }}</legend>
              <div class="k-chips">
                @for (one of causes; track one) {
                  <button
                    type="button"
                    class="k-chip"
                    [attr.aria-pressed]="cause() === one"
                    (click)="choose(one)"
                  >
                    {{ t('goods.cause_' + one) }}
                  </button>
                }
              </div>
            </fieldset>
            <div class="pair">
              <label class="k-field">
                <span>{{ t(question()) }}</span>
                <input
                  class="k-input k-num"
                  [inputMode]="variant().unit === 'kg' ? 'decimal' : 'numeric'"
                  autocomplete="off"
                  [value]="qty()"
                  [attr.aria-invalid]="!!wrong()"
                  aria-describedby="adjust-qty"
                  (input)="qty.set(value($event))"
                />
                <small id="adjust-qty" [class]="wrong() ? 'k-error' : 'k-hint'">{{
                  wrong() || (after() === null ? '' : t('goods.will_be', { n: show(after()!) }))
                }}</small>
              </label>
              @if (cause() === 'goods_in') {
                <label class="k-field">
                  <span>{{ t('goods.unit_cost') }}</span>
                  <input
                    class="k-input k-num"
                    inputmode="decimal"
                    autocomplete="off"
                    [value]="cost()"
                    [attr.aria-invalid]="tried() && costWrong()"
                    aria-describedby="adjust-cost"
                    (input)="cost.set(value($event))"
                  />
                  <small id="adjust-cost" class="k-error">{{
                    tried() && costWrong() ? t('goods.cost_wrong') : ''
                  }}</small>
                </label>
              }
            </div>
            @if (cause() === 'goods_in') {
              <label class="k-field">
                <span>{{ t('goods.supplier') }}</span>
                <input
                  class="k-input"
                  maxlength="200"
                  autocomplete="off"
                  [value]="supplier()"
                  (input)="supplier.set(value($event))"
                />
              </label>
            }
            @if (cause() === 'write_off') {
              <fieldset>
                <legend class="k-label">{{ t('goods.reason') }}</legend>
                <div class="k-chips">
                  @for (one of reasons; track one) {
                    <button
                      type="button"
                      class="k-chip"
                      [attr.aria-pressed]="note() === t('goods.reason_' + one)"
                      (click)="note.set(t('goods.reason_' + one))"
                    >
                      {{ t('goods.reason_' + one) }}
                    </button>
                  }
                </div>
              </fieldset>
            }
            <label class="k-field">
              <span>{{ t('goods.note') }}</span>
              <input
                class="k-input"
                maxlength="500"
                autocomplete="off"
                [value]="note()"
                (input)="note.set(value($event))"
              />
            </label>
            @if (said(); as words) {
              <p class="k-error" role="alert">{{ words }}</p>
            }
            <button type="submit" class="k-btn k-btn--primary" [disabled]="busy()">
              {{ t('common.save') }}
            </button>
          </form>
          <hr class="k-divider" />
          <form class="low" (submit)="saveLow($event)">
            <label class="k-field">
              <span>{{ t('goods.low_stock') }}</span>
              <input
                class="k-input k-num"
                [inputMode]="variant().unit === 'kg' ? 'decimal' : 'numeric'"
                autocomplete="off"
                [value]="low()"
                [attr.aria-invalid]="lowWrong()"
                aria-describedby="low-hint"
                (input)="low.set(value($event))"
              />
            </label>
            <button type="submit" class="k-btn" [disabled]="busy()">{{ t('common.save') }}</button>
            <small id="low-hint" [class]="lowWrong() ? 'k-error' : 'k-hint'">{{
              lowWrong() ? t(unitHint()) : t('goods.low_stock_hint')
            }}</small>
          </form>
          <hr class="k-divider" />
          <h3>{{ t('goods.history') }}</h3>
          <b-stock-history [variantId]="variant().id" [version]="variant().etag" />
        </div>
      }
    </k-dialog>
  `,
  styles: `
    .levels {
      display: grid;
      grid-template-columns: repeat(3, 1fr);
      gap: var(--s2);
    }
    .levels div {
      padding: var(--s2) var(--s3);
      border-radius: var(--radius);
      background: var(--sunken);
    }
    .levels dt {
      color: var(--clay);
      font-size: var(--t-small);
    }
    .levels dd {
      font-size: var(--t-large);
      font-weight: 650;
    }
    .pair {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(180px, 1fr));
      align-items: start;
      gap: var(--s3);
    }
    .low {
      display: grid;
      grid-template-columns: 1fr auto;
      align-items: end;
      gap: var(--s1) var(--s2);
    }
    .low small {
      grid-column: 1 / -1;
    }
    legend {
      padding: 0 0 var(--s1);
    }
    small:empty {
      display: none;
    }
  `,
})
export class StockDialog {
  readonly open = model(false);
  readonly variant = input.required<Variant>();
  readonly name = input.required<string>();
  readonly saved = output<void>();

  protected readonly causes = CAUSES;
  protected readonly reasons = REASONS;
  protected readonly cause = signal<Cause>('goods_in');
  protected readonly qty = signal('');
  protected readonly cost = signal('');
  protected readonly supplier = signal('');
  protected readonly note = signal('');
  protected readonly low = signal('');
  protected readonly tried = signal(false);
  protected readonly busy = signal(false);
  /** What went wrong with the whole. */
  protected readonly said = signal('');
  protected readonly show = showQty;
  private readonly problem = signal<Problem | null>(null);
  private readonly current = inject(CurrentShop);
  private readonly texts = inject(ProblemTexts);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);
  private key = newKey();

  protected readonly question = computed(
    () =>
      ({ goods_in: 'goods.qty_in', write_off: 'goods.qty_out', stocktake: 'goods.qty_counted' })[
        this.cause()
      ],
  );
  protected readonly unitHint = computed(() =>
    this.variant().unit === 'kg' ? 'goods.kg_wrong' : 'goods.pcs_wrong',
  );
  protected readonly amount = computed(() => parseQty(this.qty(), this.variant().unit));
  protected readonly after = computed(() => {
    const amount = this.amount();
    if (amount === null) return null;
    const { on_hand } = this.variant();
    if (this.cause() === 'stocktake') return amount;
    return roundQty(this.cause() === 'goods_in' ? on_hand + amount : on_hand - amount);
  });
  protected readonly costWrong = computed(() => !!this.cost().trim() && parseMajor(this.cost()) === null);
  protected readonly lowWrong = computed(
    () => !!this.low().trim() && parseQty(this.low(), this.variant().unit) === null,
  );
  protected readonly wrong = computed(() => {
    const said = this.problem()?.field('qty');
    if (said) return said;
    if (!this.tried()) return '';
    const amount = this.amount();
    if (amount === null) {
      return this.transloco.translate<string>(this.qty().trim() ? this.unitHint() : 'goods.qty_missing');
    }
    return amount === 0 && this.cause() !== 'stocktake'
      ? this.transloco.translate<string>('goods.qty_missing')
      : '';
  });

  constructor() {
    effect(() => {
      if (this.open()) untracked(() => this.begin());
    });
    // Another change is another action; the same one sent twice counts once.
    effect(() => {
      [this.cause(), this.qty(), this.cost(), this.supplier(), this.note()].length;
      this.key = newKey();
    });
  }

  protected choose(cause: Cause): void {
    this.cause.set(cause);
    this.note.set('');
    this.tried.set(false);
    this.problem.set(null);
  }

  protected value(event: Event): string {
    return (event.target as HTMLInputElement).value;
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.tried.set(true);
    this.problem.set(null);
    const qty = this.amount();
    const goodsIn = this.cause() === 'goods_in';
    if (this.busy()) return;
    if (qty === null || this.wrong() || (goodsIn && this.costWrong())) return focusWrong();
    const item: Movement = {
      variant_id: this.variant().id,
      cause: this.cause(),
      qty,
      unit_cost: goodsIn && this.cost().trim() ? parseMajor(this.cost()) : null,
      supplier: goodsIn ? this.supplier().trim() || null : null,
      note: this.note().trim() || null,
    };
    await this.run(async () => {
      await moveStock(this.current.shopId(), [item], this.key);
      this.toasts.good(this.transloco.translate('goods.stock_saved'));
    });
  }

  protected async saveLow(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    if (this.lowWrong()) return focusWrong();
    const threshold = this.low().trim() ? parseQty(this.low(), this.variant().unit) : null;
    await this.run(async () => {
      const path = { variant_id: this.variant().id };
      await call(
        api.PUT('/api/v1/variants/{variant_id}/low-stock', { params: { path }, body: { threshold } }),
      );
      this.toasts.good(this.transloco.translate('goods.low_saved'));
    });
  }

  private begin(): void {
    const low = this.variant().low_stock;
    this.qty.set('');
    this.cost.set('');
    this.note.set('');
    this.low.set(low === null ? '' : showQty(low));
    this.tried.set(false);
    this.problem.set(null);
    this.said.set('');
    this.key = newKey();
  }

  private async run(work: () => Promise<void>): Promise<void> {
    this.busy.set(true);
    this.said.set('');
    try {
      await work();
      this.open.set(false);
      this.saved.emit();
    } catch (error) {
      // Said inside: short messages lie below an open dialog.
      if (error instanceof Problem) this.problem.set(error);
      if (this.problem()?.field('qty')) focusWrong();
      else this.said.set(this.texts.of(error));
    } finally {
      this.busy.set(false);
    }
  }
}
