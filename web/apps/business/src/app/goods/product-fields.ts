import { ChangeDetectionStrategy, Component, inject, input, model } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import type { Problem } from '@kerben/api';
import { CategoryPicker } from './category-picker';

/** A product's own words as they are being typed. */
export interface ProductDraft {
  name: string;
  categoryId: string;
  description: string;
}

/** Name, category, description: `<b-product-fields [(draft)]="draft" [tried]="tried()" [problem]="problem()" />`. */
@Component({
  selector: 'b-product-fields',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CategoryPicker, TranslocoDirective],
  template: `
    <div class="k-form" *transloco="let t">
      <label class="k-field">
        <span>{{ t('goods.name') }}</span>
        <input
          class="k-input"
          maxlength="200"
          autocomplete="off"
          [value]="draft().name"
          [attr.aria-invalid]="!!wrong('name')"
          aria-describedby="product-name"
          (input)="set({ name: value($event) })"
        />
        <small id="product-name" [class]="wrong('name') ? 'k-error' : 'k-hint'">{{
          wrong('name') || t('goods.name_hint')
        }}</small>
      </label>
      <b-category-picker
        [value]="draft().categoryId"
        [error]="wrong('category_id')"
        (valueChange)="set({ categoryId: $event })"
      />
      <label class="k-field">
        <span>{{ t('goods.description') }}</span>
        <textarea
          class="k-textarea"
          rows="5"
          maxlength="5000"
          [value]="draft().description"
          [attr.aria-invalid]="!!wrong('description')"
          aria-describedby="product-description"
          (input)="set({ description: value($event) })"
        ></textarea>
        <small id="product-description" [class]="wrong('description') ? 'k-error' : 'k-hint'">{{
          wrong('description') || t('goods.description_hint')
        }}</small>
      </label>
    </div>
  `,
})
export class ProductFields {
  readonly draft = model.required<ProductDraft>();
  /** Whether saving was tried: only then what is missing is said. */
  readonly tried = input(false);
  readonly problem = input<Problem | null>(null);
  private readonly transloco = inject(TranslocoService);

  protected wrong(field: 'name' | 'category_id' | 'description'): string {
    const { name, categoryId } = this.draft();
    const missing = (field === 'name' && !name.trim()) || (field === 'category_id' && !categoryId);
    if (this.tried() && missing) {
      return this.transloco.translate(field === 'name' ? 'common.required' : 'goods.category_missing');
    }
    const pointer = `/${field}`;
    return this.problem()?.errors.find((e) => e.pointer === pointer)?.detail ?? '';
  }

  protected set(what: Partial<ProductDraft>): void {
    this.draft.update((draft) => ({ ...draft, ...what }));
  }

  protected value(event: Event): string {
    return (event.target as HTMLInputElement | HTMLTextAreaElement).value;
  }
}
