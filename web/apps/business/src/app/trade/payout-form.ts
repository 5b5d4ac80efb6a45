import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call } from '@kerben/api';
import { Toasts } from '@kerben/design';
import { CurrentShop } from '../shell/current-shop';

/** Where to pay out, and whether payouts are on. */
@Component({
  selector: 'b-payout-form',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [FormsModule, TranslocoDirective],
  template: `
    <section class="k-card k-stack" aria-labelledby="account" *transloco="let t">
      <div class="k-row k-row--between">
        <h2 id="account">{{ t('trade.money.account') }}</h2>
        <span [class]="badge()">{{ t('payout_status.' + status()) }}</span>
      </div>
      <p>{{ t('trade.money.state_' + status()) }}</p>
      @if (current.merchant()?.payout_bank_name; as bank) {
        <p class="k-strong">{{ bank }} · •• {{ current.merchant()?.payout_account_last4 }}</p>
      }
      @if (status() !== 'suspended') {
        @if (editing() || status() === 'none') {
          <form class="k-form" (ngSubmit)="save()">
            <label class="k-field">
              <span>{{ t('trade.money.bank') }}</span>
              <input
                class="k-input"
                name="bank"
                maxlength="200"
                autocomplete="off"
                [(ngModel)]="bank"
                [attr.aria-invalid]="!!wrong('bank_name')"
                aria-describedby="bank-name"
              />
              <small id="bank-name" class="k-error">{{ wrong('bank_name') }}</small>
            </label>
            <label class="k-field">
              <span>{{ t('trade.money.number') }}</span>
              <input
                class="k-input k-num"
                name="number"
                maxlength="60"
                autocomplete="off"
                [(ngModel)]="number"
                [attr.aria-invalid]="!!wrong('account_number')"
                aria-describedby="account-number"
              />
              <small id="account-number" [class]="wrong('account_number') ? 'k-error' : 'k-hint'">{{
                wrong('account_number') || t('trade.money.number_hint')
              }}</small>
            </label>
            <div class="k-row">
              <button type="submit" class="k-btn k-btn--primary" [disabled]="busy()">
                {{ t('trade.money.send') }}
              </button>
              @if (status() !== 'none') {
                <button type="button" class="k-btn" (click)="editing.set(false)">
                  {{ t('common.cancel') }}
                </button>
              }
            </div>
          </form>
        } @else {
          <button type="button" class="k-btn change" (click)="editing.set(true)">
            {{ t('trade.money.change') }}
          </button>
        }
      }
    </section>
  `,
  styles: `
    .change {
      justify-self: start;
    }
  `,
})
export class PayoutForm {
  protected readonly current = inject(CurrentShop);
  protected readonly editing = signal(false);
  protected readonly bank = signal('');
  protected readonly number = signal('');
  protected readonly busy = signal(false);
  protected readonly status = computed(() => this.current.merchant()?.payout_status ?? 'none');
  protected readonly badge = computed(() => {
    const tone = { none: '', pending: 'warn', active: 'good', suspended: 'bad' }[this.status()];
    return tone ? `k-badge k-badge--${tone}` : 'k-badge';
  });
  private readonly problem = signal<Problem | null>(null);
  private readonly tried = signal(false);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  protected wrong(field: 'bank_name' | 'account_number'): string {
    const text = field === 'bank_name' ? this.bank() : this.number();
    if (this.tried() && !text.trim()) return this.transloco.translate('common.required');
    return this.problem()?.field(field) ?? '';
  }

  protected async save(): Promise<void> {
    this.tried.set(true);
    this.problem.set(null);
    if (this.busy() || !this.bank().trim() || !this.number().trim()) return;
    this.busy.set(true);
    try {
      const params = { path: { merchant_id: this.current.merchantId() } };
      const body = { bank_name: this.bank().trim(), account_number: this.number().trim() };
      await call(api.POST('/api/v1/merchants/{merchant_id}/payout/onboard', { params, body }));
      this.toasts.good(this.transloco.translate('trade.money.sent'));
      this.editing.set(false);
      this.tried.set(false);
      this.number.set('');
      this.current.reload();
    } catch (error) {
      if (error instanceof Problem) this.problem.set(error);
      this.toasts.bad(error);
    } finally {
      this.busy.set(false);
    }
  }
}
