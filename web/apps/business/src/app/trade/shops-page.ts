import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { api, call, type Schemas } from '@kerben/api';
import { PhonePipe } from '@kerben/core';
import { Dialog, Icon, Toasts } from '@kerben/design';
import { Plus } from 'lucide';
import { CurrentShop, type Shop } from '../shell/current-shop';
import { DAYS } from '../shell/hours';
import { ShopForm } from '../shell/shop-form';
import { ApiKeys } from './api-keys';
import { DeliveryTerms } from './delivery-terms';
import { MerchantForm } from './merchant-form';
import { allowed } from './rights';

/** The seller's shops: where, when, how goods reach buyers; the seller himself; keys for programs. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ApiKeys, DeliveryTerms, Dialog, Icon, MerchantForm, PhonePipe, ShopForm, TranslocoDirective],
  template: `
    <main class="k-page k-stack k-stack--loose" id="content" *transloco="let t">
      <div class="k-row k-row--between">
        <h1>{{ t('trade.shops.title') }}</h1>
        <button type="button" class="k-btn" (click)="edit(null)">
          <k-icon [of]="plus" [size]="18" /> {{ t('trade.shops.open_more') }}
        </button>
      </div>
      <ul class="cards" role="list">
        @for (shop of current.shops(); track shop.id) {
          <li class="k-card k-stack shop">
            <div class="k-row k-row--between">
              <h2>{{ shop.name }}</h2>
              <span class="k-badge" [class.k-badge--good]="shop.is_active">
                {{ t(shop.is_active ? 'trade.shops.active' : 'shell.shop_closed') }}
              </span>
            </div>
            <p>{{ shop.address }}</p>
            <p class="k-soft k-small">{{ shop.phone | phone }}</p>
            <p class="k-soft k-small">{{ hours(shop) }}</p>
            <div class="k-row">
              <button type="button" class="k-btn" (click)="edit(shop)">{{ t('common.edit') }}</button>
              <button type="button" class="k-btn" [disabled]="busy()" (click)="toggle(shop)">
                {{ t(shop.is_active ? 'trade.shops.close' : 'trade.shops.reopen') }}
              </button>
            </div>
            <label class="k-field">
              <span>{{ t('trade.shops.price_master') }}</span>
              <select
                class="k-select"
                [value]="shop.price_master"
                [disabled]="busy()"
                (change)="master(shop, $event)"
              >
                @for (one of masters; track one) {
                  <option [value]="one" [selected]="one === shop.price_master">
                    {{ t('trade.master.' + one) }}
                  </option>
                }
              </select>
              <small class="k-hint">{{ t('trade.shops.price_master_hint') }}</small>
            </label>
          </li>
        }
      </ul>

      @if (current.shop(); as shop) {
        <section class="k-stack" aria-labelledby="terms">
          <div>
            <h2 id="terms">{{ t('trade.terms.title') }}</h2>
            <p class="k-soft k-small">{{ t('trade.terms.text', { shop: shop.name }) }}</p>
          </div>
          <b-delivery-terms />
        </section>
      }
      @if (mayMerchant() && current.merchant(); as merchant) {
        <b-merchant-form [merchant]="merchant" />
      }
      @if (mayKeys()) {
        <b-api-keys />
      }

      <k-dialog [(open)]="editing" [heading]="about() ? t('trade.shops.change') : t('trade.shops.open_more')">
        @if (editing()) {
          <b-shop-form [merchantId]="current.merchantId()" [shop]="about()" (saved)="saved($event)" />
        }
      </k-dialog>
    </main>
  `,
  styles: `
    .cards {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr));
      gap: var(--s3);
      margin: 0;
      padding: 0;
    }
    .shop {
      gap: var(--s3);
      align-content: start;
    }
  `,
})
export class ShopsPage {
  protected readonly current = inject(CurrentShop);
  protected readonly plus = Plus;
  protected readonly masters = ['pos', 'platform'] as const;
  protected readonly editing = signal(false);
  protected readonly about = signal<Shop | null>(null);
  protected readonly busy = signal(false);
  protected readonly mayMerchant = computed(() => allowed(this.current.role(), 'merchant'));
  protected readonly mayKeys = computed(() => allowed(this.current.role(), 'keys'));
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  /** «пн–сб 09:00–18:00, вс выходной»: days of the same hours together. */
  protected hours(shop: Shop): string {
    if (!Object.keys(shop.hours).length) return this.transloco.translate('trade.shops.no_hours');
    const runs: { from: string; to: string; text: string }[] = [];
    for (const day of DAYS) {
      const spans = shop.hours[day];
      const name = this.transloco.translate<string>(`trade.short.${day}`);
      const text =
        !spans || spans === 'closed'
          ? this.transloco.translate<string>('shell.day_off')
          : spans.replaceAll('-', '–').replaceAll(',', ', ');
      const last = runs.at(-1);
      if (last?.text === text) last.to = name;
      else runs.push({ from: name, to: name, text });
    }
    return runs
      .map((run) => `${run.from === run.to ? run.from : `${run.from}–${run.to}`} ${run.text}`)
      .join('; ');
  }

  protected edit(shop: Shop | null): void {
    this.about.set(shop);
    this.editing.set(true);
  }

  protected saved(shop: Schemas['ShopFacts']): void {
    this.editing.set(false);
    if (!this.about()) this.current.choose(shop.id);
    this.toasts.good(this.transloco.translate('trade.saved'));
    this.current.reload();
  }

  protected toggle(shop: Shop): Promise<void> {
    return this.change(shop, { is_active: !shop.is_active });
  }

  protected master(shop: Shop, event: Event): Promise<void> {
    const price_master = (event.target as HTMLSelectElement).value as 'pos' | 'platform';
    return this.change(shop, { price_master });
  }

  private async change(shop: Shop, body: Schemas['ShopPatch']): Promise<void> {
    this.busy.set(true);
    try {
      const params = { path: { shop_id: shop.id } };
      await call(api.PATCH('/api/v1/shops/{shop_id}', { params, body }));
      this.toasts.good(this.transloco.translate('trade.saved'));
    } catch (error) {
      this.toasts.bad(error);
    } finally {
      this.busy.set(false);
      this.current.reload();
    }
  }
}
