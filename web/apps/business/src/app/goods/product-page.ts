import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  resource,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, type Schemas } from '@kerben/api';
import { MoneyPipe, PageTitle, QtyPipe } from '@kerben/core';
import { Failed, Icon, Loading, Toasts } from '@kerben/design';
import { ArrowLeft, ExternalLink, Pencil, Plus } from 'lucide';
import { CurrentShop } from '../shell/current-shop';
import { focusWrong } from '../shell/focus-wrong';
import { type Product, type Variant, changeProduct, getProduct, setPictures } from './goods-api';
import { goodsLive } from './goods-live';
import type { Leavable } from './leave-guard';
import { LeaveQuestion } from './leave-question';
import { type Pic, PicturesEditor } from './pictures-editor';
import { type ProductDraft, ProductFields } from './product-fields';
import { attributesText, stockState } from './quantities';
import { VariantDialog } from './variant-dialog';

/** A product: its words, pictures, variants; on sale or not. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Failed,
    Icon,
    LeaveQuestion,
    Loading,
    MoneyPipe,
    PicturesEditor,
    ProductFields,
    QtyPipe,
    RouterLink,
    TranslocoDirective,
    VariantDialog,
  ],
  template: `
    <main class="k-page k-stack" id="content" *transloco="let t">
      <a class="back" routerLink="/goods"><k-icon [of]="icons.back" [size]="18" /> {{ t('goods.title') }}</a>
      @if (found.hasValue()) {
        @let product = found.value();
        <div class="k-row k-row--between">
          <div class="k-row">
            <h1>{{ product.name }}</h1>
            <span class="k-badge" [class.k-badge--good]="product.is_active">{{
              t(product.is_active ? 'goods.on_sale' : 'goods.off_sale')
            }}</span>
          </div>
          <div class="k-row acts">
            <a class="k-btn" [href]="'/p/' + product.id" target="_blank" rel="noopener">
              <k-icon [of]="icons.out" [size]="18" /> {{ t('goods.as_buyers_see') }}
            </a>
            @if (mayChange()) {
              <button type="button" class="k-btn" [disabled]="busy()" (click)="toggle(product)">
                {{ t(product.is_active ? 'goods.take_off' : 'goods.put_back') }}
              </button>
            }
          </div>
        </div>
        @if (fresh(); as theirs) {
          <div class="k-notice k-notice--warn conflict" role="alert">
            <p>
              <span class="k-strong">{{ t('goods.conflict') }}</span>
              @if (theirs.name !== product.name) {
                {{ t('goods.field_name') }}: {{ product.name }} → <b>{{ theirs.name }}</b>.
              }
              @if (theirs.description !== product.description) {
                {{ t('goods.conflict_description') }}
              }
            </p>
            <div class="k-row">
              <button type="button" class="k-btn k-btn--small" (click)="takeTheirs(theirs)">
                {{ t('goods.take_theirs') }}
              </button>
              <button type="button" class="k-btn k-btn--small" (click)="keepMine(theirs)">
                {{ t('goods.keep_mine') }}
              </button>
            </div>
          </div>
        }
        <div class="columns">
          <div class="k-stack">
            <section class="k-card k-card--flush variants">
              <div class="head k-row k-row--between">
                <h2>{{ t('goods.variants') }}</h2>
                @if (mayChange()) {
                  <button type="button" class="k-btn k-btn--small" (click)="edit(null)">
                    <k-icon [of]="icons.plus" [size]="18" /> {{ t('goods.variant_add') }}
                  </button>
                }
              </div>
              <ul role="list">
                @for (variant of product.variants; track variant.id) {
                  <li>
                    <div class="what">
                      <span class="k-strong">{{
                        details(variant) ||
                          t(product.variants.length > 1 ? 'goods.plain_variant' : 'goods.the_only')
                      }}</span>
                      <span class="k-soft k-small">
                        {{ variant.sku }}
                        @if (variant.barcode) {
                          · {{ variant.barcode }}
                        }
                      </span>
                    </div>
                    <span class="price k-money k-strong">{{ variant.price.amount | money }}</span>
                    <span class="stock k-small">
                      @if (!variant.is_active && product.is_active) {
                        <span class="k-badge">{{ t('goods.off_sale') }}</span>
                      } @else {
                        <span
                          [class]="
                            state(variant) === 'none'
                              ? 'k-badge k-badge--bad'
                              : state(variant) === 'low'
                                ? 'k-badge k-badge--warn'
                                : 'k-num'
                          "
                          >{{
                            t(variant.unit === 'kg' ? 'goods.left_kg' : 'goods.left', {
                              n: variant.stock_qty | qty,
                            })
                          }}</span
                        >
                      }
                    </span>
                    @if (mayChange()) {
                      <button
                        type="button"
                        class="k-icon-btn"
                        [attr.aria-label]="t('goods.variant_edit', { name: details(variant) || variant.sku })"
                        (click)="edit(variant)"
                      >
                        <k-icon [of]="icons.pencil" [size]="20" />
                      </button>
                    }
                  </li>
                }
              </ul>
              @if (current.may('stock')) {
                <a class="foot" [routerLink]="['/stock']" [queryParams]="{ q: product.variants[0]?.sku }">
                  {{ t('goods.to_stock') }}
                </a>
              }
            </section>
            <section class="k-card">
              @if (mayChange()) {
                <form class="k-stack" (submit)="save($event, product)">
                  <h2>{{ t('goods.words') }}</h2>
                  <b-product-fields [(draft)]="draft" [tried]="tried()" [problem]="problem()" />
                  <div class="k-row">
                    <button
                      type="submit"
                      class="k-btn"
                      [class.k-btn--primary]="dirty()"
                      [disabled]="busy() || !dirty()"
                    >
                      {{ t('common.save') }}
                    </button>
                    @if (dirty()) {
                      <button type="button" class="k-btn k-btn--plain" (click)="draft.set(draftOf(product))">
                        {{ t('common.cancel') }}
                      </button>
                    }
                  </div>
                </form>
              } @else {
                <p class="description">{{ product.description }}</p>
              }
            </section>
          </div>
          @if (mayChange()) {
            <section class="k-card k-stack">
              <h2>{{ t('goods.pictures') }}</h2>
              <b-pictures
                [pictures]="pictures()"
                [name]="product.name"
                [address]="product.picture"
                (picturesChange)="repicture($event)"
              />
            </section>
          }
        </div>
        <b-variant-dialog
          [(open)]="editing"
          [product]="product"
          [variant]="edited()"
          (saved)="found.reload()"
        />
        <b-leave [unsaved]="dirty()" [text]="t('goods.leave_words')" />
      } @else if (found.error()) {
        <h1 class="k-sr">{{ t('goods.title') }}</h1>
        <k-failed [error]="found.error()" (again)="found.reload()" />
      } @else {
        <h1 class="k-sr">{{ t('goods.title') }}</h1>
        <k-loading />
      }
    </main>
  `,
  styleUrl: './product-page.css',
})
export class ProductPage implements Leavable {
  /** From the address. */
  readonly id = input.required<string>();

  protected readonly current = inject(CurrentShop);
  protected readonly mayChange = computed(() => this.current.may('goods'));
  protected readonly found = resource({
    params: () => ({ shop: this.current.shopId(), id: this.id() }),
    loader: ({ params, abortSignal }) => getProduct(params.shop, params.id, abortSignal),
  });
  private readonly product = computed(() => (this.found.hasValue() ? this.found.value() : null));
  private readonly ownWords = computed(() => JSON.stringify(draftOf(this.product())));
  // Typed words stay while only stock or prices change underneath.
  protected readonly draft = linkedSignal<string, ProductDraft>({
    source: this.ownWords,
    computation: (words) => JSON.parse(words) as ProductDraft,
  });
  protected readonly pictures = linkedSignal<readonly Pic[]>(() => this.product()?.pictures ?? []);
  protected readonly dirty = computed(() => JSON.stringify(this.draft()) !== this.ownWords());
  protected readonly draftOf = draftOf;
  protected readonly tried = signal(false);
  protected readonly busy = signal(false);
  protected readonly problem = signal<Problem | null>(null);
  /** The product as others left it, when that is not what was changed here. */
  protected readonly fresh = signal<Product | null>(null);
  protected readonly editing = signal(false);
  protected readonly edited = signal<Variant | null>(null);
  protected readonly icons = { back: ArrowLeft, out: ExternalLink, pencil: Pencil, plus: Plus };
  protected readonly details = (variant: Variant): string => attributesText(variant.attributes);
  protected readonly state = stockState;
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);
  private readonly question = viewChild(LeaveQuestion);
  private retry: (() => Promise<void>) | null = null;

  constructor() {
    const title = inject(PageTitle);
    const live = goodsLive();
    effect(() => {
      const name = this.product()?.name;
      if (name) title.set(name);
    });
    effect((onCleanup) => {
      const ids = new Set(untracked(() => this.product())?.variants.map((v) => v.id));
      this.id();
      onCleanup(
        live(
          this.current.shopId(),
          (id) => ids.has(id) || (this.product()?.variants.some((v) => v.id === id) ?? false),
          (fresh) => {
            const same = fresh.find((p) => p.id === this.id());
            // The etag of the words is taken over only with the words.
            if (same && same.etag === this.product()?.etag) this.found.set(same);
          },
          () => this.found.reload(),
        ),
      );
    });
  }

  mayLeave(): boolean | Promise<boolean> {
    return this.question()?.mayLeave() ?? true;
  }

  protected edit(variant: Variant | null): void {
    this.edited.set(variant);
    this.editing.set(true);
  }

  protected async save(event: Event, product: Product): Promise<void> {
    event.preventDefault();
    this.tried.set(true);
    const { name, categoryId, description } = this.draft();
    if (!name.trim() || !categoryId) return focusWrong();
    const body: Schemas['ProductChange'] = {};
    const back: Schemas['ProductChange'] = {};
    if (name.trim() !== product.name) [body.name, back.name] = [name.trim(), product.name];
    if (categoryId !== product.category_id) {
      [body.category_id, back.category_id] = [categoryId, product.category_id];
    }
    if (description.trim() !== product.description) {
      [body.description, back.description] = [description.trim(), product.description];
    }
    if (!Object.keys(body).length) return this.draft.set(draftOf(product));
    await this.change(product, body, back, 'goods.saved');
  }

  protected toggle(product: Product): Promise<void> {
    const [body, back] = [{ is_active: !product.is_active }, { is_active: product.is_active }];
    return this.change(product, body, back, product.is_active ? 'goods.taken_off' : 'goods.was_put_back');
  }

  protected takeTheirs(theirs: Product): void {
    this.fresh.set(null);
    this.found.set(theirs);
    this.draft.set(draftOf(theirs));
    this.pictures.set(theirs.pictures);
  }

  protected keepMine(theirs: Product): void {
    const typed = this.draft();
    this.fresh.set(null);
    this.found.set(theirs);
    this.draft.set(typed);
    void this.retry?.();
  }

  protected async repicture(pictures: readonly Pic[]): Promise<void> {
    const before = this.pictures();
    this.pictures.set(pictures);
    await this.run(async (product) => {
      const after = await setPictures(
        product,
        pictures.map((p) => p.media_id),
      );
      this.take(after);
      if (pictures.length >= before.length) return;
      const back = before.map((p) => p.media_id);
      this.offerUndo('goods.picture_removed', () => setPictures(this.product() ?? after, back));
    });
  }

  private change(
    product: Product,
    body: Schemas['ProductChange'],
    back: Schemas['ProductChange'],
    said: string,
  ): Promise<void> {
    return this.run(async (current) => {
      const after = await changeProduct(current, body);
      this.take(after);
      this.draft.set(draftOf(after));
      this.offerUndo(said, () => changeProduct(this.product() ?? after, back));
    }, product);
  }

  /** Does something to the product as it was seen; when others were quicker, asks whose it is to be. */
  private async run(work: (product: Product) => Promise<void>, given?: Product): Promise<void> {
    const product = given ?? this.product();
    if (!product || this.busy()) return;
    this.busy.set(true);
    this.problem.set(null);
    try {
      await work(product);
    } catch (error) {
      if (error instanceof Problem && error.status === 412) {
        this.retry = () => this.run(work);
        this.fresh.set(await getProduct(product.shop_id, product.id).catch(() => null));
        if (this.fresh()) return;
      }
      this.pictures.set(this.product()?.pictures ?? []);
      if (error instanceof Problem) this.problem.set(error);
      this.toasts.bad(error);
    } finally {
      this.busy.set(false);
    }
  }

  private take(product: Product): void {
    const typed = this.draft();
    this.found.set(product);
    this.draft.set(typed);
  }

  private offerUndo(said: string, back: () => Promise<Product>): void {
    const undo = (): void => {
      back()
        .then((product) => {
          this.found.set(product);
          this.draft.set(draftOf(product));
        })
        .catch((error: unknown) => this.toasts.bad(error));
    };
    const label = this.transloco.translate<string>('common.undo');
    this.toasts.good(this.transloco.translate(said), { label, run: undo });
  }
}

function draftOf(product: Product | null): ProductDraft {
  return {
    name: product?.name ?? '',
    categoryId: product?.category_id ?? '',
    description: product?.description ?? '',
  };
}
