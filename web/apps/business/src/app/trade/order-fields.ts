import { ChangeDetectionStrategy, Component, computed, inject, input, model } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import type { Problem } from '@kerben/api';
import { type Method, type OrderDraft, methodOf, paymentOf } from './order-draft';

/** Buyer, delivery and payment of an order: `<b-order-fields [(draft)] [methods] [missing] [problem] />`. */
@Component({
  selector: 'b-order-fields',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [FormsModule, TranslocoDirective],
  template: `
    <div class="k-form" *transloco="let t">
      @if (everything()) {
        <label class="k-field">
          <span>{{ t('trade.phone.name') }}</span>
          <input
            class="k-input"
            name="name"
            maxlength="200"
            autocomplete="off"
            [ngModel]="draft().name"
            (ngModelChange)="change({ name: $event })"
            [attr.aria-invalid]="!!wrong('name')"
            aria-describedby="caller-name"
          />
          <small id="caller-name" class="k-error">{{ wrong('name') }}</small>
        </label>
        <label class="k-field">
          <span>{{ t('trade.phone.phone') }}</span>
          <input
            class="k-input"
            name="phone"
            type="tel"
            inputmode="tel"
            autocomplete="off"
            placeholder="+996 555 123 456"
            [ngModel]="draft().phone"
            (ngModelChange)="change({ phone: $event })"
            [attr.aria-invalid]="!!wrong('phone')"
            aria-describedby="caller-phone"
          />
          <small id="caller-phone" [class]="wrong('phone') ? 'k-error' : 'k-hint'">{{
            wrong('phone') || t('trade.phone.phone_hint')
          }}</small>
        </label>
        <label class="k-field">
          <span>{{ t('trade.order.delivery') }}</span>
          <select
            class="k-select"
            name="method"
            [ngModel]="method()?.method"
            (ngModelChange)="change({ method: $event })"
          >
            @for (one of methods(); track one.method) {
              <option [value]="one.method">
                {{ t('delivery_method.' + one.method) }},
                {{ one.fee.amount ? one.fee.display : t('trade.terms.free_small') }}
              </option>
            }
          </select>
        </label>
      }
      @for (field of method()?.fields ?? []; track field.name) {
        <label class="k-field">
          <span
            >{{ t('trade.field.' + field.name) }}{{ field.required ? '' : ', ' + t('trade.optional') }}</span
          >
          <input
            class="k-input"
            [type]="field.name.startsWith('slot_') ? 'datetime-local' : 'text'"
            [name]="'d_' + field.name"
            autocomplete="off"
            [ngModel]="draft().typed[field.name] ?? ''"
            (ngModelChange)="type(field.name, $event)"
            [attr.aria-invalid]="!!wrong(field.name)"
            [attr.aria-describedby]="'d_' + field.name"
          />
          <small [id]="'d_' + field.name" class="k-error">{{ wrong(field.name) }}</small>
        </label>
      }
      @if (everything()) {
        <label class="k-field">
          <span>{{ t('trade.order.payment') }}</span>
          <select
            class="k-select"
            name="payment"
            [ngModel]="payment()"
            (ngModelChange)="change({ payment: $event })"
          >
            @for (one of method()?.payment_methods ?? []; track one.method) {
              <option [value]="one.method">{{ t('payment_method.' + one.method) }}</option>
            }
          </select>
        </label>
        @if (payment() === 'card') {
          <label class="k-field">
            <span>{{ t('trade.phone.email') }}</span>
            <input
              class="k-input"
              name="email"
              type="email"
              autocomplete="off"
              [ngModel]="draft().email"
              (ngModelChange)="change({ email: $event })"
              [attr.aria-invalid]="!!wrong('email')"
              aria-describedby="caller-email"
            />
            <small id="caller-email" [class]="wrong('email') ? 'k-error' : 'k-hint'">{{
              wrong('email') || t('trade.phone.email_hint')
            }}</small>
          </label>
        }
        <label class="k-field">
          <span>{{ t('trade.phone.comment') }}</span>
          <textarea
            class="k-textarea"
            name="comment"
            maxlength="1000"
            [ngModel]="draft().comment"
            (ngModelChange)="change({ comment: $event })"
          ></textarea>
        </label>
      }
    </div>
  `,
})
export class OrderFields {
  readonly draft = model.required<OrderDraft>();
  readonly methods = input.required<readonly Method[]>();
  /** Fields that were left empty and must not be. */
  readonly missing = input<ReadonlySet<string>>(new Set());
  readonly problem = input<Problem | null>(null);
  /** Whether more than the fields of the chosen delivery may change. */
  readonly everything = input(true);

  protected readonly method = computed(() => methodOf(this.draft(), this.methods()));
  protected readonly payment = computed(() => paymentOf(this.draft(), this.method()));
  private readonly transloco = inject(TranslocoService);

  protected change(what: Partial<OrderDraft>): void {
    this.draft.update((draft) => ({ ...draft, ...what }));
  }

  protected type(field: string, value: string): void {
    this.change({ typed: { ...this.draft().typed, [field]: value } });
  }

  protected wrong(field: string): string {
    if (this.missing().has(field)) return this.transloco.translate('common.required');
    return this.problem()?.field(field) ?? '';
  }
}
