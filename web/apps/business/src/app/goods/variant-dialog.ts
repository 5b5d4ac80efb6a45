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
  viewChild,
} from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call, type Schemas } from '@kerben/api';
import { DateTimePipe, ProblemTexts } from '@kerben/core';
import { Dialog, Toasts } from '@kerben/design';
import { Wedge } from '@kerben/features/scanner';
import { focusWrong } from '../shell/focus-wrong';
import {
  type PricePoint,
  type Product,
  type Variant,
  addVariant,
  changeVariant,
  getVariant,
} from './goods-api';
import { PriceHistory } from './price-history';
import {
  type Faults,
  type FieldChange,
  type ReadVariant,
  changesOf,
  draftOf,
  emptyVariant,
  readVariant,
} from './variant-draft';
import { VariantFields } from './variant-fields';

/** A variant of a product to be changed or added; says what others changed meanwhile, and lets the change be undone. */
@Component({
  selector: 'b-variant-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DateTimePipe, Dialog, PriceHistory, TranslocoDirective, VariantFields, Wedge],
  template: `
    <k-dialog
      [(open)]="open"
      [heading]="variant() ? t('goods.variant') : t('goods.variant_add')"
      *transloco="let t"
    >
      @if (open()) {
        <form class="k-stack" (submit)="save($event)" (kWedge)="fields()?.scannedCode($event)">
          @if (conflict(); as changes) {
            <div class="k-notice k-notice--warn k-stack k-stack--tight" role="alert">
              <p class="k-strong">{{ t('goods.conflict') }}</p>
              <ul role="list">
                @for (change of changes; track change.field) {
                  <li>
                    {{ t('goods.field_' + change.field) }}: {{ change.was }} →
                    <b>{{ change.now }}</b>
                  </li>
                }
              </ul>
              @if (priceBy(); as point) {
                <p class="k-small">{{ t('goods.price_by_' + point.source) }}, {{ point.at | dateTime }}</p>
              }
              <div class="k-row">
                <button type="button" class="k-btn k-btn--small" (click)="takeTheirs()">
                  {{ t('goods.take_theirs') }}
                </button>
                <button type="button" class="k-btn k-btn--small" (click)="keepMine()">
                  {{ t('goods.keep_mine') }}
                </button>
              </div>
            </div>
          }
          <b-variant-fields
            [(draft)]="draft"
            [faults]="faults()"
            [problem]="problem()"
            [fresh]="!variant()"
          />
          @if (variant()) {
            <p class="k-hint">{{ t('goods.stock_elsewhere') }}</p>
          }
          @if (said(); as words) {
            <p class="k-error" role="alert">{{ words }}</p>
          }
          <div class="k-row">
            <button type="submit" class="k-btn k-btn--primary" [disabled]="busy()">
              {{ variant() ? t('common.save') : t('common.add') }}
            </button>
            @if (variant(); as one) {
              <button type="button" class="k-btn" [disabled]="busy()" (click)="toggle(one)">
                {{ t(one.is_active ? 'goods.take_off' : 'goods.put_back') }}
              </button>
            }
          </div>
          @if (variant(); as one) {
            <details (toggle)="history.set($any($event.target).open)">
              <summary>{{ t('goods.price_history') }}</summary>
              @if (history()) {
                <b-price-history [variantId]="one.id" />
              }
            </details>
          }
        </form>
      }
    </k-dialog>
  `,
  styles: `
    summary {
      min-height: var(--touch);
      padding-block: var(--s3);
      color: var(--issyk);
      cursor: pointer;
    }
    .k-notice {
      display: grid;
    }
  `,
})
export class VariantDialog {
  readonly open = model(false);
  readonly product = input.required<Product>();
  /** Null: a new one. */
  readonly variant = input<Variant | null>(null);
  readonly saved = output<void>();

  protected readonly draft = signal(emptyVariant());
  protected readonly faults = signal<Faults>({});
  protected readonly problem = signal<Problem | null>(null);
  /** What went wrong; inside, as short messages lie below an open dialog. */
  protected readonly said = signal('');
  protected readonly busy = signal(false);
  protected readonly history = signal(false);
  protected readonly fields = viewChild(VariantFields);
  private readonly fresh = signal<Variant | null>(null);
  private readonly base = signal<Variant | null>(null);
  /** How the price came to be another one, when it is. */
  protected readonly priceBy = signal<PricePoint | null>(null);
  protected readonly conflict = computed<FieldChange[] | null>(() => {
    const [base, fresh] = [this.base(), this.fresh()];
    return base && fresh ? changesOf(base, fresh) : null;
  });
  private readonly texts = inject(ProblemTexts);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  constructor() {
    effect(() => {
      if (this.open()) untracked(() => this.begin(this.variant()));
    });
  }

  private begin(variant: Variant | null): void {
    this.base.set(variant);
    this.fresh.set(null);
    this.priceBy.set(null);
    const last = this.product().variants.at(-1);
    this.draft.set(variant ? draftOf(variant) : emptyVariant(last && draftOf(last)));
    this.faults.set({});
    this.problem.set(null);
    this.said.set('');
    this.history.set(false);
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    const read = readVariant(this.draft());
    this.faults.set('faults' in read ? read.faults : {});
    this.problem.set(null);
    this.said.set('');
    if ('faults' in read) return focusWrong();
    this.busy.set(true);
    try {
      const base = this.base();
      if (base) await this.change(base, read.value);
      else await this.add(read.value);
    } catch (error) {
      await this.refused(error);
    } finally {
      this.busy.set(false);
    }
  }

  protected takeTheirs(): void {
    const fresh = this.fresh();
    if (fresh) this.begin(fresh);
  }

  protected keepMine(): void {
    const fresh = this.fresh();
    this.base.set(fresh);
    this.fresh.set(null);
    void this.save(new Event('submit'));
  }

  protected async toggle(variant: Variant): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    try {
      await this.send(variant, { is_active: !variant.is_active }, { is_active: variant.is_active });
    } catch (error) {
      await this.refused(error);
    } finally {
      this.busy.set(false);
    }
  }

  private async add(value: ReadVariant): Promise<void> {
    const { price, stock, ...rest } = value;
    const body = { ...rest, price: { amount: price, currency: 'KGS' }, stock_qty: stock };
    await addVariant(this.product().id, body);
    this.toasts.good(this.transloco.translate('goods.variant_added'));
    this.open.set(false);
    this.saved.emit();
  }

  private async change(base: Variant, value: ReadVariant): Promise<void> {
    const [body, back] = patchOf(base, value);
    if (!Object.keys(body).length) {
      this.open.set(false);
      return;
    }
    await this.send(base, body, back);
  }

  private async send(
    base: Variant,
    body: Schemas['VariantChange'],
    back: Schemas['VariantChange'],
  ): Promise<void> {
    const after = await changeVariant(base, body);
    this.open.set(false);
    this.saved.emit();
    const label = this.transloco.translate<string>('common.undo');
    const undo = (): void => {
      changeVariant(after, back)
        .then(() => this.saved.emit())
        .catch((error: unknown) => this.toasts.bad(error));
    };
    this.toasts.good(this.transloco.translate('goods.saved'), { label, run: undo });
  }

  private async refused(error: unknown): Promise<void> {
    const base = this.base();
    if (error instanceof Problem && error.status === 412 && base) {
      try {
        const fresh = await getVariant(base.id);
        // A sale changes only the stock, which is not changed here: the same change again, on what is there now.
        if (changesOf(base, fresh).every((change) => change.field === 'stock')) this.base.set(fresh);
        else {
          this.fresh.set(fresh);
          this.priceBy.set(await lastPrice(base, fresh));
        }
        if (!this.fresh()) this.said.set(this.transloco.translate<string>('goods.sold_meanwhile'));
        return;
      } catch (other) {
        this.said.set(this.texts.of(other));
        return;
      }
    }
    if (error instanceof Problem) this.problem.set(error);
    this.said.set(this.texts.of(error));
    focusWrong();
  }
}

/** The last change of the price, where it is another one than was seen. */
async function lastPrice(base: Variant, fresh: Variant): Promise<PricePoint | null> {
  if (base.price.amount === fresh.price.amount) return null;
  const params = { path: { variant_id: fresh.id }, query: { limit: 1 } };
  const page = await call(api.GET('/api/v1/variants/{variant_id}/price-history', { params })).catch(
    () => null,
  );
  return page?.items[0] ?? null;
}

/** What is to change, and what brings it back. */
function patchOf(base: Variant, value: ReadVariant): [Schemas['VariantChange'], Schemas['VariantChange']] {
  const body: Schemas['VariantChange'] = {};
  const back: Schemas['VariantChange'] = {};
  if (value.price !== base.price.amount) {
    body.price = { amount: value.price, currency: base.price.currency };
    back.price = { amount: base.price.amount, currency: base.price.currency };
  }
  if (value.sku !== base.sku) {
    body.sku = value.sku;
    back.sku = base.sku;
  }
  if (value.barcode && value.barcode !== base.barcode) {
    body.barcode = value.barcode;
    if (base.barcode) back.barcode = base.barcode;
  }
  if (JSON.stringify(value.attributes) !== JSON.stringify(base.attributes)) {
    body.attributes = value.attributes;
    back.attributes = base.attributes;
  }
  return [body, back];
}
