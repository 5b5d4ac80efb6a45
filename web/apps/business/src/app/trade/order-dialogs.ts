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
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { api, call } from '@kerben/api';
import { newKey } from '@kerben/core';
import { Dialog, Toasts } from '@kerben/design';
import { focusWrong } from '../shell/focus-wrong';
import type { Order } from './trade-api';

/** How an order may be ended or kept; each asks once more. */
export type Ending = 'cancel' | 'return' | 'refund' | 'attention_refund' | 'extend';

const HOURS = [3, 6, 12, 24, 48, 72] as const;

/** Asks before an order is cancelled, given back or kept for longer, and does it. */
@Component({
  selector: 'b-order-dialogs',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Dialog, FormsModule, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <k-dialog [(open)]="open" [heading]="t('trade.ending.' + kind())">
        <form class="k-form" (ngSubmit)="run()">
          <p>{{ t('trade.ending.' + kind() + '_text', { sum: order().total.display }) }}</p>

          @if (kind() === 'extend') {
            <fieldset>
              <legend class="k-label">{{ t('trade.ending.hours') }}</legend>
              <div class="k-chips">
                @for (one of hoursOffered; track one) {
                  <label class="k-chip">
                    <input class="k-sr" type="radio" name="hours" [value]="one" [(ngModel)]="hours" />
                    {{ t('trade.ending.n_hours', { n: one }) }}
                  </label>
                }
              </div>
            </fieldset>
          } @else {
            <label class="k-field">
              <span>{{ t(needsReason() ? 'trade.ending.reason' : 'trade.ending.reason_if') }}</span>
              <textarea
                class="k-textarea"
                name="reason"
                maxlength="500"
                [(ngModel)]="reason"
                [attr.aria-invalid]="missing()"
                aria-describedby="ending-reason"
              ></textarea>
              <small id="ending-reason" [class]="missing() ? 'k-error' : 'k-hint'">{{
                missing() ? t('common.required') : t('trade.ending.reason_hint')
              }}</small>
            </label>
          }

          @if (kind() === 'refund' || kind() === 'attention_refund') {
            <fieldset class="k-stack k-stack--tight">
              <legend class="k-label">{{ t('trade.ending.responsible') }}</legend>
              @for (one of bearers; track one) {
                <label class="k-choice">
                  <input type="radio" name="responsible" [value]="one" [(ngModel)]="responsible" />
                  <span>{{ t('trade.bearer.' + one) }}</span>
                </label>
              }
              @if (responsible() === 'platform') {
                <small class="k-hint">{{ t('trade.ending.platform_hint') }}</small>
              }
            </fieldset>
          }
          @if (kind() === 'refund') {
            <label class="k-field">
              <span>{{ t('trade.ending.evidence') }}</span>
              <textarea
                class="k-textarea"
                name="evidence"
                [(ngModel)]="evidence"
                aria-describedby="ending-evidence"
              ></textarea>
              <small id="ending-evidence" class="k-hint">{{ t('trade.ending.evidence_hint') }}</small>
            </label>
          }
          @if (asksGoods()) {
            <label class="k-check">
              <input type="checkbox" name="restock" [(ngModel)]="restock" />
              <span>{{ t('trade.ending.restock') }}</span>
            </label>
          }

          <div class="k-row acts">
            <button type="submit" class="k-btn k-btn--primary" [disabled]="busy()">
              {{ t('trade.ending.' + kind() + '_do') }}
            </button>
            <button type="button" class="k-btn" (click)="open.set(false)">
              {{ t('trade.ending.keep') }}
            </button>
          </div>
        </form>
      </k-dialog>
    </ng-container>
  `,
  styles: `
    fieldset {
      margin: 0;
      padding: 0;
      border: 0;
    }
    legend {
      padding: 0 0 var(--s2);
    }
    @media (width < 600px) {
      .acts {
        display: grid;
      }
    }
    .k-chip:has(:focus-visible) {
      outline: 3px solid var(--issyk);
      outline-offset: 2px;
    }
  `,
})
export class OrderDialogs {
  readonly order = input.required<Order>();
  readonly kind = input.required<Ending>();
  readonly open = model(false);
  readonly done = output<void>();

  protected readonly hoursOffered = HOURS;
  protected readonly bearers = ['seller', 'platform'] as const;
  protected readonly reason = signal('');
  protected readonly evidence = signal('');
  protected readonly responsible = signal<'seller' | 'platform'>('seller');
  protected readonly restock = signal(true);
  protected readonly hours = signal(24);
  protected readonly busy = signal(false);
  protected readonly tried = signal(false);
  protected readonly needsReason = computed(() => this.kind() === 'refund' || this.kind() === 'return');
  protected readonly missing = computed(() => this.tried() && this.needsReason() && !this.reason().trim());
  // Goods that never left the shop are free again by themselves.
  protected readonly asksGoods = computed(
    () => (this.kind() === 'refund' || this.kind() === 'attention_refund') && left(this.order()),
  );
  private readonly toasts = inject(Toasts);
  private key = newKey();

  constructor() {
    effect(() => {
      if (!this.open()) return;
      untracked(() => {
        this.reason.set('');
        this.evidence.set('');
        this.tried.set(false);
        this.restock.set(true);
        this.key = newKey();
      });
    });
  }

  protected async run(): Promise<void> {
    this.tried.set(true);
    if (this.busy()) return;
    if (this.missing()) return focusWrong();
    this.busy.set(true);
    try {
      await this.send();
      this.open.set(false);
      this.done.emit();
    } catch (error) {
      this.toasts.bad(error);
    } finally {
      this.busy.set(false);
    }
  }

  private send(): Promise<unknown> {
    const params = { path: { order_id: this.order().id } };
    const reason = this.reason().trim();
    switch (this.kind()) {
      case 'cancel':
        return call(api.POST('/api/v1/orders/{order_id}/cancel', { params, body: { reason } }));
      case 'return': {
        const body = { to: 'returned' as const, comment: reason };
        return call(api.POST('/api/v1/orders/{order_id}/transitions', { params, body }));
      }
      case 'extend':
        return call(
          api.POST('/api/v1/orders/{order_id}/extend', { params, body: { hours: Number(this.hours()) } }),
        );
      case 'attention_refund': {
        const restock = !this.asksGoods() || this.restock();
        const body = { action: 'refund' as const, reason, responsible: this.responsible(), restock };
        return call(api.POST('/api/v1/orders/{order_id}/attention', { params, body }));
      }
      case 'refund': {
        const evidence = this.evidence()
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean)
          .slice(0, 20);
        const restock = !this.asksGoods() || this.restock();
        const options = {
          params: { ...params, header: { 'Idempotency-Key': this.key } },
          headers: { 'Idempotency-Key': this.key },
          body: { reason, responsible: this.responsible(), evidence, restock },
        };
        return call(api.POST('/api/v1/orders/{order_id}/refund', options as never));
      }
    }
  }
}

/** Whether the goods of an order have left the shop. */
export function left(order: Order): boolean {
  return order.shipped_at !== null || order.delivered_at !== null;
}
