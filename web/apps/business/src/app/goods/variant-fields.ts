import { ChangeDetectionStrategy, Component, inject, input, model, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import type { Problem } from '@kerben/api';
import { Icon } from '@kerben/design';
import { Plus, ScanBarcode, X } from 'lucide';
import { attributeName } from './attribute-names';
import { ScanDialog } from './scan-dialog';
import type { Faults, VariantDraft } from './variant-draft';

let made = 0;

/** The fields of a variant: `<b-variant-fields [(draft)]="draft" [faults]="faults()" [problem]="problem()" />`. */
@Component({
  selector: 'b-variant-fields',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, ScanDialog, TranslocoDirective],
  template: `
    <div class="k-form" *transloco="let t">
      <div class="pair">
        <label class="k-field">
          <span>{{ t(draft().unit === 'kg' ? 'goods.price_kg' : 'goods.price') }}</span>
          <span class="unit">
            <input
              class="k-input k-num"
              inputmode="decimal"
              autocomplete="off"
              [value]="draft().price"
              [attr.aria-invalid]="!!wrong('price')"
              [attr.aria-describedby]="id + '-price'"
              (input)="set({ price: value($event) })"
            />
            <span aria-hidden="true">{{ t('goods.som') }}</span>
          </span>
          <small class="k-error" [id]="id + '-price'">{{ wrong('price') }}</small>
        </label>
        @if (fresh()) {
          <label class="k-field">
            <span>{{ t('goods.stock_now') }}</span>
            <span class="unit">
              <input
                class="k-input k-num"
                [inputMode]="draft().unit === 'kg' ? 'decimal' : 'numeric'"
                autocomplete="off"
                placeholder="0"
                [value]="draft().stock"
                [attr.aria-invalid]="!!wrong('stock')"
                [attr.aria-describedby]="id + '-stock'"
                (input)="set({ stock: value($event) })"
              />
              <select
                class="k-select"
                [attr.aria-label]="t('goods.unit')"
                (change)="set({ unit: value($event) === 'kg' ? 'kg' : 'pcs' })"
              >
                <option value="pcs" [selected]="draft().unit === 'pcs'">{{ t('common.pcs') }}</option>
                <option value="kg" [selected]="draft().unit === 'kg'">{{ t('common.kg') }}</option>
              </select>
            </span>
            <small class="k-error" [id]="id + '-stock'">{{ wrong('stock') }}</small>
          </label>
        }
      </div>

      <div class="pair">
        <label class="k-field">
          <span>{{ t('goods.sku') }}</span>
          <input
            class="k-input"
            autocomplete="off"
            maxlength="64"
            [value]="draft().sku"
            [attr.aria-invalid]="!!wrong('sku')"
            [attr.aria-describedby]="id + '-sku'"
            (input)="set({ sku: value($event) })"
          />
          <small class="k-error" [id]="id + '-sku'">{{ wrong('sku') }}</small>
        </label>
        <div class="k-field">
          <label class="k-label" [attr.for]="id + '-barcode'">{{ t('goods.barcode') }}</label>
          <span class="scan">
            <input
              class="k-input k-num"
              autocomplete="off"
              inputmode="numeric"
              maxlength="64"
              [id]="id + '-barcode'"
              [value]="draft().barcode"
              [attr.aria-invalid]="!!wrong('barcode')"
              [attr.aria-describedby]="id + '-barcode-hint'"
              (input)="set({ barcode: value($event) })"
            />
            <button
              type="button"
              class="k-icon-btn"
              [attr.aria-label]="t('goods.scan_barcode')"
              (click)="scanning.set(true)"
            >
              <k-icon [of]="icons.scan" />
            </button>
          </span>
          <small [id]="id + '-barcode-hint'" [class]="wrong('barcode') ? 'k-error' : 'k-hint'">{{
            wrong('barcode') || (fresh() ? t('goods.barcode_hint') : '')
          }}</small>
        </div>
      </div>

      <fieldset class="k-stack k-stack--tight" [attr.aria-describedby]="id + '-attributes'">
        <legend class="k-label">{{ t('goods.attributes') }}</legend>
        @for (row of draft().attributes; track $index) {
          <div class="attribute">
            <input
              class="k-input"
              [attr.list]="id + '-names'"
              autocomplete="off"
              maxlength="60"
              [placeholder]="t('goods.attribute_name')"
              [attr.aria-label]="t('goods.attribute_name')"
              [value]="shownName(row.name)"
              (change)="attribute($index, { name: nameOf(value($event)) })"
            />
            <input
              class="k-input"
              autocomplete="off"
              maxlength="200"
              [placeholder]="t('goods.attribute_value')"
              [attr.aria-label]="t('goods.attribute_value')"
              [value]="row.value"
              (input)="attribute($index, { value: value($event) })"
            />
            <button
              type="button"
              class="k-icon-btn"
              [attr.aria-label]="t('goods.attribute_remove', { name: shownName(row.name) })"
              (click)="removeAttribute($index)"
            >
              <k-icon [of]="icons.x" [size]="18" />
            </button>
          </div>
        }
        <datalist [id]="id + '-names'">
          @for (name of ['size', 'color', 'material', 'weight', 'volume']; track name) {
            <option [value]="shownName(name)"></option>
          }
        </datalist>
        <button type="button" class="k-btn k-btn--small add" (click)="addAttribute()">
          <k-icon [of]="icons.plus" [size]="18" /> {{ t('goods.attribute_add') }}
        </button>
        <small class="k-error" [id]="id + '-attributes'">{{ wrong('attributes') }}</small>
      </fieldset>
      <b-scan-dialog
        [(open)]="scanning"
        [heading]="t('goods.scan_barcode')"
        (scanned)="set({ barcode: $event })"
      />
    </div>
  `,
  styles: `
    .pair {
      display: grid;
      grid-template-columns: 1fr 1fr;
      align-items: start;
      gap: var(--s3);
    }
    .unit {
      display: flex;
      align-items: center;
      gap: var(--s2);
      font-weight: 400;
    }
    .unit .k-input {
      flex: 1;
      min-width: 0;
    }
    .unit .k-select {
      flex: none;
      width: auto;
      padding-inline-start: var(--s2);
    }
    .scan {
      display: flex;
      gap: var(--s1);
    }
    .attribute {
      display: grid;
      grid-template-columns: 2fr 3fr auto;
      gap: var(--s2);
    }
    .add {
      justify-self: start;
      min-height: var(--touch);
    }
    legend {
      padding: 0 0 var(--s1);
    }
    small:empty {
      display: none;
    }
    @media (width < 480px) {
      .pair {
        grid-template-columns: 1fr;
      }
    }
  `,
})
export class VariantFields {
  readonly draft = model.required<VariantDraft>();
  readonly faults = input<Faults>({});
  /** What the server said of the variant's fields. */
  readonly problem = input<Problem | null>(null);
  /** A variant that is not there yet has a unit and a first stock. */
  readonly fresh = input(false);
  protected readonly id = `variant-${++made}`;
  protected readonly scanning = signal(false);
  protected readonly icons = { plus: Plus, scan: ScanBarcode, x: X };
  private readonly transloco = inject(TranslocoService);

  /** A code of the wedge goes into the field of the barcode. */
  scannedCode(code: string): void {
    this.set({ barcode: code });
  }

  protected wrong(field: 'price' | 'stock' | 'sku' | 'barcode' | 'attributes'): string {
    const key = field === 'barcode' ? undefined : this.faults()[field];
    if (key) return this.transloco.translate(key);
    return this.problem()?.field(field === 'stock' ? 'stock_qty' : field) ?? '';
  }

  protected set(what: Partial<VariantDraft>): void {
    this.draft.update((draft) => ({ ...draft, ...what }));
  }

  protected value(event: Event): string {
    return (event.target as HTMLInputElement | HTMLSelectElement).value;
  }

  protected shownName(name: string): string {
    return attributeName(this.transloco, name);
  }

  /** «Размер» is kept as `size`, so that buyers can narrow by it whatever language the seller writes in. */
  protected nameOf(shown: string): string {
    const plain = shown.trim().toLowerCase();
    const known = ['size', 'color', 'material', 'weight', 'volume', 'format'];
    return known.find((name) => this.shownName(name).toLowerCase() === plain) ?? shown.trim();
  }

  protected attribute(at: number, what: Partial<{ name: string; value: string }>): void {
    const attributes = this.draft().attributes.map((row, n) => (n === at ? { ...row, ...what } : row));
    this.set({ attributes });
  }

  protected addAttribute(): void {
    this.set({ attributes: [...this.draft().attributes, { name: '', value: '' }] });
  }

  protected removeAttribute(at: number): void {
    this.set({ attributes: this.draft().attributes.filter((_, n) => n !== at) });
  }
}
