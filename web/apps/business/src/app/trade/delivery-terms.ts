import { ChangeDetectionStrategy, Component, computed, inject, resource, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call, type Schemas } from '@kerben/api';
import { parseMajor } from '@kerben/core';
import { Dialog, Failed, Loading, Toasts } from '@kerben/design';
import { CurrentShop } from '../shell/current-shop';
import { focusWrong } from '../shell/focus-wrong';

type Method = Schemas['DeliveryMethod'];
type Payment = Schemas['PaymentMethod'];

const METHODS: readonly Method[] = ['pickup', 'courier', 'carrier_branch', 'carrier_door', 'post'];
const PAYMENTS: readonly Payment[] = [
  'cash_on_receipt',
  'terminal_on_receipt',
  'card',
  'bank_qr',
  'card_transfer',
];

/** How goods of the current shop reach buyers: which ways, for how much, and how each may be paid. */
@Component({
  selector: 'b-delivery-terms',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Dialog, Failed, FormsModule, Loading, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (offer.hasValue()) {
        <ul class="k-list" role="list">
          @for (row of rows(); track row.method) {
            <li class="row">
              <span class="k-grow">
                <span class="k-strong">{{ t('delivery_method.' + row.method) }}</span>
                <span class="k-soft k-small">
                  @if (row.terms; as terms) {
                    @for (one of terms.payment_methods; track one.method; let last = $last) {
                      {{ t('payment_method.' + one.method) }}{{ last ? '' : ' · ' }}
                    }
                  } @else {
                    {{ t('trade.terms.off') }}
                  }
                </span>
              </span>
              @if (row.terms) {
                <span class="k-money">{{
                  row.terms.fee.amount ? row.terms.fee.display : t('trade.terms.free')
                }}</span>
              }
              <button type="button" class="k-btn" (click)="edit(row.method)">
                {{ t(row.terms ? 'common.edit' : 'trade.terms.turn_on') }}
                <span class="k-sr">{{ t('delivery_method.' + row.method) }}</span>
              </button>
            </li>
          }
        </ul>
      } @else if (offer.error()) {
        <k-failed [error]="offer.error()" (again)="offer.reload()" />
      } @else {
        <k-loading />
      }

      <k-dialog [(open)]="editing" [heading]="t('delivery_method.' + method())">
        <form class="k-form" (ngSubmit)="save(true)">
          <label class="k-field">
            <span>{{ t('trade.terms.fee') }}</span>
            <input
              class="k-input k-num"
              name="fee"
              inputmode="decimal"
              autocomplete="off"
              [(ngModel)]="fee"
              [attr.aria-invalid]="!!wrong('fee')"
              aria-describedby="terms-fee"
            />
            <small id="terms-fee" [class]="wrong('fee') ? 'k-error' : 'k-hint'">{{
              wrong('fee') || t('trade.terms.fee_hint')
            }}</small>
          </label>
          @if (method() === 'post') {
            <label class="k-field">
              <span>{{ t('trade.terms.countries') }}</span>
              <input
                class="k-input"
                name="countries"
                autocomplete="off"
                [(ngModel)]="countries"
                aria-describedby="terms-countries"
                [attr.aria-invalid]="!!wrong('countries')"
              />
              <small id="terms-countries" [class]="wrong('countries') ? 'k-error' : 'k-hint'">{{
                wrong('countries') || t('trade.terms.countries_hint')
              }}</small>
            </label>
          }
          <fieldset>
            <legend class="k-label">{{ t('trade.terms.payments') }}</legend>
            @for (one of payments; track one) {
              <label class="k-check">
                <input type="checkbox" [name]="one" [checked]="chosen().has(one)" (change)="toggle(one)" />
                <span>{{ t('payment_method.' + one) }}</span>
              </label>
            }
            @if (wrong('payment_methods')) {
              <small class="k-error" role="alert">{{ wrong('payment_methods') }}</small>
            }
          </fieldset>
          <div class="k-row">
            <button type="submit" class="k-btn k-btn--primary" [disabled]="busy()">
              {{ t('common.save') }}
            </button>
            @if (isOn()) {
              <button type="button" class="k-btn" [disabled]="busy()" (click)="save(false)">
                {{ t('trade.terms.turn_off') }}
              </button>
            }
          </div>
        </form>
      </k-dialog>
    </ng-container>
  `,
  styles: `
    .row {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: var(--s2) var(--s4);
    }
    .row .k-grow {
      display: grid;
      flex-basis: 220px;
    }
    fieldset {
      margin: 0;
      padding: 0;
      border: 0;
    }
    legend {
      padding: 0;
    }
  `,
})
export class DeliveryTerms {
  protected readonly payments = PAYMENTS;
  protected readonly editing = signal(false);
  protected readonly method = signal<Method>('pickup');
  protected readonly fee = signal('');
  protected readonly countries = signal('');
  protected readonly chosen = signal<ReadonlySet<Payment>>(new Set());
  protected readonly busy = signal(false);
  private readonly tried = signal(false);
  private readonly problem = signal<Problem | null>(null);
  private readonly current = inject(CurrentShop);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  protected readonly offer = resource({
    params: () => this.current.shopId(),
    loader: ({ params, abortSignal }) =>
      call(
        api.GET('/api/v1/shops/{shop_id}/delivery-options', {
          params: { path: { shop_id: params } },
          signal: abortSignal,
        }),
      ),
  });
  protected readonly rows = computed(() => {
    const options = this.offer.hasValue() ? this.offer.value().items : [];
    return METHODS.map((method) => {
      const option = options.find((one) => one.terms.method === method);
      return { method, terms: option?.enabled ? option.terms : null, former: option?.terms };
    });
  });
  protected readonly isOn = computed(() => this.rows().some((r) => r.method === this.method() && r.terms));

  protected wrong(field: 'fee' | 'countries' | 'payment_methods'): string {
    if (this.tried()) {
      if (field === 'fee' && parseMajor(this.fee() || '0') === null) {
        return this.transloco.translate('trade.terms.fee_wrong');
      }
      if (field === 'payment_methods' && this.chosen().size === 0) {
        return this.transloco.translate('trade.terms.payments_none');
      }
    }
    return this.problem()?.field(field) ?? '';
  }

  protected edit(method: Method): void {
    const terms = this.rows().find((row) => row.method === method)?.former;
    this.method.set(method);
    this.fee.set(terms ? String(terms.fee.amount / 100).replace('.', ',') : '0');
    this.countries.set((terms?.countries ?? []).join(', '));
    this.chosen.set(new Set(terms?.payment_methods.map((one) => one.method) ?? ['card', 'bank_qr']));
    this.tried.set(false);
    this.problem.set(null);
    this.editing.set(true);
  }

  protected toggle(one: Payment): void {
    this.chosen.update((chosen) => {
      const next = new Set(chosen);
      if (!next.delete(one)) next.add(one);
      return next;
    });
  }

  protected async save(enabled: boolean): Promise<void> {
    this.tried.set(true);
    this.problem.set(null);
    const amount = parseMajor(this.fee() || '0');
    if (this.busy()) return;
    if (amount === null || this.chosen().size === 0) return focusWrong();
    this.busy.set(true);
    try {
      const params = { path: { shop_id: this.current.shopId(), method: this.method() } };
      const countries = this.countries()
        .split(/[\s,;]+/)
        .map((code) => code.trim().toUpperCase())
        .filter(Boolean);
      const body = {
        enabled,
        fee: { amount, currency: 'KGS' },
        payment_methods: PAYMENTS.filter((one) => this.chosen().has(one)),
        // Within the country unless something else was said.
        countries: countries.length ? countries : ['KG'],
      };
      await call(api.PUT('/api/v1/shops/{shop_id}/delivery-options/{method}', { params, body }));
      this.editing.set(false);
      this.toasts.good(this.transloco.translate('trade.saved'));
      this.offer.reload();
    } catch (error) {
      if (error instanceof Problem) this.problem.set(error);
      this.toasts.bad(error);
      focusWrong();
    } finally {
      this.busy.set(false);
    }
  }
}
