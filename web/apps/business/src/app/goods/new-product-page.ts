import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  linkedSignal,
  signal,
  viewChild,
  viewChildren,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem } from '@kerben/api';
import { Icon, Toasts } from '@kerben/design';
import { Wedge } from '@kerben/features/scanner';
import { ArrowLeft, Plus, Trash2 } from 'lucide';
import { CurrentShop } from '../shell/current-shop';
import { focusWrong } from '../shell/focus-wrong';
import { addProduct, setPictures } from './goods-api';
import type { Leavable } from './leave-guard';
import { LeaveQuestion } from './leave-question';
import { type Pic, PicturesEditor } from './pictures-editor';
import { type ProductDraft, ProductFields } from './product-fields';
import {
  type Faults,
  type VariantDraft,
  type ReadVariant,
  emptyVariant,
  isTouched,
  readVariant,
} from './variant-draft';
import { VariantFields } from './variant-fields';

/** A product to be added, with its pictures and variants. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Icon,
    LeaveQuestion,
    PicturesEditor,
    ProductFields,
    RouterLink,
    TranslocoDirective,
    VariantFields,
    Wedge,
  ],
  template: `
    <main class="k-page k-stack" id="content" (kWedge)="scanned($event)" *transloco="let t">
      <a class="back" routerLink="/goods"><k-icon [of]="icons.back" [size]="18" /> {{ t('goods.title') }}</a>
      <h1>{{ t('goods.new_title') }}</h1>
      <form class="k-stack" (submit)="save($event)">
        <div class="columns">
          <section class="k-card">
            <b-product-fields [(draft)]="product" [tried]="tried()" [problem]="problem()" />
          </section>
          <section class="k-card k-stack">
            <h2>{{ t('goods.pictures') }}</h2>
            <b-pictures [(pictures)]="pictures" [name]="product().name" [disabled]="busy()" />
          </section>
        </div>
        @for (variant of variants(); track $index; let at = $index) {
          <section class="k-card k-stack">
            <div class="k-row k-row--between k-row--nowrap">
              <h2>
                {{ variants().length > 1 ? t('goods.variant_n', { n: at + 1 }) : t('goods.price_and_stock') }}
              </h2>
              @if (variants().length > 1) {
                <button
                  type="button"
                  class="k-icon-btn"
                  [attr.aria-label]="t('goods.variant_remove', { n: at + 1 })"
                  (click)="remove(at)"
                >
                  <k-icon [of]="icons.trash" [size]="20" />
                </button>
              }
            </div>
            <b-variant-fields
              [draft]="variant"
              [faults]="faults()[at] ?? {}"
              [problem]="ofVariant(at)"
              [fresh]="true"
              (draftChange)="change(at, $event)"
            />
          </section>
        }
        <div class="k-row">
          <button type="button" class="k-btn" (click)="add()">
            <k-icon [of]="icons.plus" [size]="18" /> {{ t('goods.variant_add') }}
          </button>
          <span class="k-hint">{{ t('goods.variants_hint') }}</span>
        </div>
        <div class="k-row">
          <button type="submit" class="k-btn k-btn--primary" [disabled]="busy()">
            {{ t('goods.put_on_sale') }}
          </button>
          <a class="k-btn k-btn--plain" routerLink="/goods">{{ t('common.cancel') }}</a>
        </div>
      </form>
      <b-leave [unsaved]="filled()" [text]="t('goods.leave_text')" />
    </main>
  `,
  styles: `
    .back {
      display: inline-flex;
      align-items: center;
      gap: var(--s1);
      min-height: var(--touch);
      margin-block: calc(-1 * var(--s2));
      justify-self: start;
      text-decoration: none;
    }
    .columns {
      display: grid;
      align-items: start;
      gap: var(--s4);
    }
    @media (width >= 1100px) {
      .columns {
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      }
    }
  `,
})
export class NewProductPage implements Leavable {
  /** From the address: a code that was scanned and is not known yet. */
  readonly barcode = input<string>();

  protected readonly product = signal<ProductDraft>({ name: '', categoryId: '', description: '' });
  protected readonly variants = linkedSignal<readonly VariantDraft[]>(() => [
    { ...emptyVariant(), barcode: this.barcode() ?? '' },
  ]);
  protected readonly pictures = signal<readonly Pic[]>([]);
  protected readonly faults = signal<readonly Faults[]>([]);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly tried = signal(false);
  protected readonly busy = signal(false);
  protected readonly filled = computed(() => {
    const { name, categoryId, description } = this.product();
    const variants = this.variants();
    const typed = !!(name.trim() || categoryId || description.trim() || this.pictures().length);
    const more = variants.length > 1 || variants.some((one) => isTouched(one, this.barcode()));
    return !this.saved() && (typed || more);
  });
  protected readonly icons = { back: ArrowLeft, plus: Plus, trash: Trash2 };

  private readonly saved = signal(false);
  private readonly question = viewChild.required(LeaveQuestion);
  private readonly editor = viewChild(PicturesEditor);
  private readonly fields = viewChildren(VariantFields);
  private readonly current = inject(CurrentShop);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  mayLeave(): boolean | Promise<boolean> {
    return this.question().mayLeave();
  }

  protected change(at: number, draft: VariantDraft): void {
    this.variants.update((all) => all.map((one, n) => (n === at ? draft : one)));
  }

  protected add(): void {
    this.variants.update((all) => [...all, emptyVariant(all.at(-1))]);
    this.faults.set([]);
  }

  protected remove(at: number): void {
    const kept = this.variants();
    this.variants.set(kept.filter((_, n) => n !== at));
    this.faults.set([]);
    const label = this.transloco.translate<string>('common.undo');
    this.toasts.good(this.transloco.translate('goods.variant_removed'), {
      label,
      run: () => this.variants.set(kept),
    });
  }

  /** A code goes to the variant that has none yet. */
  protected scanned(code: string): void {
    const at = this.variants().findIndex((variant) => !variant.barcode);
    this.fields()[at < 0 ? this.variants().length - 1 : at]?.scannedCode(code);
  }

  protected ofVariant(at: number): Problem | null {
    const problem = this.problem();
    const start = `/variants/${at}`;
    const errors = problem?.errors.filter((e) => e.pointer.startsWith(start)) ?? [];
    return problem && errors.length
      ? new Problem(problem.status, problem.code, problem.detail, errors)
      : null;
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    this.tried.set(true);
    this.problem.set(null);
    const read = this.variants().map(readVariant);
    this.faults.set(read.map((one) => ('faults' in one ? one.faults : {})));
    const { name, categoryId } = this.product();
    const good = read.flatMap((one) => ('value' in one ? [one.value] : []));
    if (!name.trim() || !categoryId || good.length < read.length) return focusWrong();
    if (this.editor()?.busy()) {
      this.toasts.bad(this.transloco.translate<string>('goods.wait_pictures'));
      return;
    }
    this.busy.set(true);
    try {
      await this.send(good);
    } catch (error) {
      if (error instanceof Problem) this.problem.set(error);
      this.toasts.bad(error);
      focusWrong();
    } finally {
      this.busy.set(false);
    }
  }

  private async send(variants: readonly ReadVariant[]): Promise<void> {
    const { name, categoryId, description } = this.product();
    let product = await addProduct(this.current.shopId(), {
      name: name.trim(),
      category_id: categoryId,
      description: description.trim(),
      variants: variants.map(({ price, stock, ...rest }) => ({
        ...rest,
        price: { amount: price, currency: 'KGS' },
        stock_qty: stock,
      })),
    });
    this.saved.set(true);
    const ids = this.pictures().map((picture) => picture.media_id);
    try {
      if (ids.length) product = await setPictures(product, ids);
      this.toasts.good(this.transloco.translate('goods.added', { name: product.name }));
    } catch (error) {
      // The product is there: its page lets the pictures be added again.
      this.toasts.bad(error);
    }
    await this.router.navigate(['/goods', product.id], { replaceUrl: true });
  }
}
