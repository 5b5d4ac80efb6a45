import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  signal,
  untracked,
} from '@angular/core';
import { KeyValuePipe } from '@angular/common';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { PageTitle, QtyPipe } from '@kerben/core';
import { Empty, Failed, Icon, Loading, Toasts } from '@kerben/design';
import { Share2 } from 'lucide';
import { AskDialog } from './ask-dialog';
import { Breadcrumbs } from './breadcrumbs';
import { BuyBox } from './buy-box';
import { Gallery } from './gallery';
import { attributeName } from './names';
import { ProductState } from './product-state';
import { SellerCard } from './seller-card';
import { VariantChoice } from './variant-choice';
import { type Chosen, choose, chosenVariant, missing, obvious } from './variants';

const FEW = 5;

/** A product: what it is, what it costs, how many are left, and the way to have it. All of it is live. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    AskDialog,
    Breadcrumbs,
    BuyBox,
    Empty,
    Failed,
    Gallery,
    Icon,
    KeyValuePipe,
    Loading,
    QtyPipe,
    RouterLink,
    SellerCard,
    TranslocoDirective,
    VariantChoice,
  ],
  providers: [ProductState],
  templateUrl: './product-page.html',
  styleUrl: './product-page.css',
})
export class ProductPage {
  readonly id = input.required<string>();
  /** The variant that a link names. */
  readonly v = input<string>();
  protected readonly state = inject(ProductState);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);
  protected readonly icon = Share2;
  protected readonly name = attributeName;
  protected readonly asking = signal(false);
  protected readonly forgotten = signal<string | null>(null);
  protected readonly product = this.state.product;

  private readonly shownId = computed(() => this.product()?.id);
  protected readonly chosen = linkedSignal<Chosen>(() => {
    this.shownId();
    const variants = untracked(this.product)?.variants ?? [];
    return variants.find((variant) => variant.id === this.v())?.attributes ?? obvious(variants);
  });
  protected readonly variant = computed(() => chosenVariant(this.product()?.variants ?? [], this.chosen()));
  protected readonly price = computed(() => this.variant()?.price ?? this.product()?.price);
  protected readonly ranges = computed(
    () =>
      !this.variant() &&
      (this.product()?.variants ?? []).some((v) => v.price.amount !== this.product()?.price?.amount),
  );
  protected readonly weighed = computed(() => this.product()?.variants[0]?.unit === 'kg');
  /** What is left: a number of the chosen variant, else only whether there is any. */
  protected readonly left = computed(() => {
    const variant = this.variant();
    if (variant) return variant.stock_qty;
    return this.product()?.variants.some((v) => v.stock_qty > 0) ? null : 0;
  });
  protected readonly few = computed(() => {
    const left = this.left();
    return left !== null && left > 0 && left <= FEW;
  });

  constructor() {
    const title = inject(PageTitle);
    effect(() => {
      const id = this.id();
      untracked(() => this.state.open(id));
    });
    effect(() => {
      const name = this.product()?.name;
      if (name) title.set(name);
    });
  }

  protected choose(name: string, value: string): void {
    this.forgotten.set(null);
    this.chosen.update((chosen) => choose(this.product()?.variants ?? [], chosen, name, value));
  }

  /** Shows what is still to be chosen before buying. */
  protected remind(): void {
    const name = missing(this.product()?.variants ?? [], this.chosen());
    if (!name) return;
    this.forgotten.set(name);
    setTimeout(() => {
      const choice = document.getElementById(`choice-${name}`);
      choice?.scrollIntoView({ block: 'center' });
      choice?.querySelector('input')?.focus({ preventScroll: true });
    });
  }

  protected async share(): Promise<void> {
    const product = this.product();
    if (!product) return;
    const url = new URL(`/p/${product.id}`, location.origin);
    const variant = this.variant();
    if (variant && product.variants.length > 1) url.searchParams.set('v', variant.id);
    try {
      if ('share' in navigator) await navigator.share({ title: product.name, url: url.href });
      else {
        await (navigator as Navigator).clipboard.writeText(url.href);
        this.toasts.good(this.transloco.translate('browse.copied'));
      }
    } catch (error) {
      // Closing the system's window is no failure.
      if (error instanceof DOMException && error.name === 'AbortError') return;
      this.toasts.bad(this.transloco.translate<string>('browse.share_failed'));
    }
  }
}
