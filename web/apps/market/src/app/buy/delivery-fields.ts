import { ChangeDetectionStrategy, Component, computed, inject, input, model } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Languages, TIME_ZONE, day } from '@kerben/core';
import type { DeliveryOption } from './data';
import { countryName } from './countries';
import { Facts } from './facts';
import type { Faults } from './checkout-form';
import { type Slot, slotsOf } from './slots';

const AUTOCOMPLETE: Record<string, string> = {
  address: 'address-line1',
  city: 'address-level2',
  street: 'address-line1',
  index: 'postal-code',
  country: 'country',
};
const NUMERIC = new Set(['index']);
const KNOWN = new Set(['address', 'city', 'branch', 'street', 'house', 'flat', 'note', 'index', 'country']);
/** Fields that stand two in a row. */
const SHORT = new Set(['house', 'flat', 'index', 'country']);

/** The form that a method of delivery asks for, as the server names its fields. */
@Component({
  selector: 'k-delivery-fields',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @for (field of plain(); track field.name) {
        <div class="k-field" [class.short]="short($index)">
          <label class="k-label" [attr.for]="'delivery-' + field.name">
            {{ known(field.name) ? t('buy.field_' + field.name) : field.title }}
          </label>
          @if (field.name === 'country') {
            <select
              class="k-select"
              id="delivery-country"
              autocomplete="country"
              [attr.aria-invalid]="faults()[field.name] ? true : null"
              [attr.aria-describedby]="faults()[field.name] ? 'delivery-country-below' : null"
              (change)="type(field.name, $event)"
            >
              @for (country of countries(); track country.code) {
                <option [value]="country.code" [selected]="country.code === values()[field.name]">
                  {{ country.name }}
                </option>
              }
            </select>
          } @else {
            <input
              class="k-input"
              [id]="'delivery-' + field.name"
              [value]="values()[field.name] ?? ''"
              [attr.autocomplete]="autocomplete(field.name)"
              [attr.inputmode]="numeric(field.name) ? 'numeric' : null"
              [attr.aria-required]="field.required ? true : null"
              [attr.aria-invalid]="faults()[field.name] ? true : null"
              [attr.aria-describedby]="
                faults()[field.name] || !field.required ? 'delivery-' + field.name + '-below' : null
              "
              maxlength="200"
              (input)="type(field.name, $event)"
            />
          }
          @if (faults()[field.name]; as fault) {
            <small class="k-error" [id]="'delivery-' + field.name + '-below'">{{ fault }}</small>
          } @else if (!field.required) {
            <small class="k-hint" [id]="'delivery-' + field.name + '-below'">{{ t('buy.optional') }}</small>
          }
        </div>
      }
      @if (hasSlot() && slots().length) {
        <label class="k-field">
          <span>{{ t('buy.when_pickup') }}</span>
          <select class="k-select" id="delivery-slot_from" (change)="choose($event)">
            <option value="" [selected]="!values()['slot_from']">{{ t('buy.when_ready') }}</option>
            @for (group of days(); track group.day) {
              <optgroup [label]="group.day < 2 ? t(group.day ? 'buy.tomorrow' : 'buy.today') : group.date">
                @for (slot of group.slots; track slot.from) {
                  <option [value]="slot.from" [selected]="slot.from === values()['slot_from']">
                    {{ slot.label }}
                  </option>
                }
              </optgroup>
            }
          </select>
          @if (faults()['slot_from'] || faults()['slot_to']; as fault) {
            <small class="k-error">{{ fault }}</small>
          }
        </label>
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: repeat(2, minmax(0, 1fr));
      gap: var(--s4) var(--s3);
    }
    .k-field {
      grid-column: 1 / -1;
      align-content: start;
    }
    .short {
      grid-column: span 1;
    }
    /* A shop that has told no hours offers no times: nothing to ask is no gap either. */
    :host:not(:has(.k-field)) {
      display: none;
    }
  `,
})
export class DeliveryFields {
  readonly option = input.required<DeliveryOption>();
  readonly shopId = input.required<string>();
  readonly values = model.required<Record<string, string>>();
  /** Sentences by the name of the field. */
  readonly faults = input<Faults>({});
  private readonly facts = inject(Facts);
  private readonly languages = inject(Languages);
  private readonly transloco = inject(TranslocoService);

  protected readonly plain = computed(() => this.option().fields.filter((f) => !f.name.startsWith('slot_')));
  protected readonly hasSlot = computed(() => this.option().fields.some((f) => f.name === 'slot_from'));
  protected readonly slots = computed(() => {
    const hours = this.facts.shop(this.shopId())()?.hours;
    return hours ? slotsOf(hours as Record<string, string>, new Date(), TIME_ZONE) : [];
  });
  protected readonly days = computed(() => {
    const days: { day: number; date: string; slots: Slot[] }[] = [];
    for (const slot of this.slots()) {
      const last = days.at(-1);
      if (last?.day === slot.day) last.slots.push(slot);
      else days.push({ day: slot.day, date: day(slot.from), slots: [slot] });
    }
    return days;
  });
  protected readonly countries = computed(() => {
    const language = this.languages.current();
    const t = (key: string): string => this.transloco.translate(key);
    return this.option().countries.map((code) => ({ code, name: countryName(code, language, t) }));
  });

  protected known(name: string): boolean {
    return KNOWN.has(name);
  }

  /** Two short fields share a row; one alone has it whole. */
  protected short(index: number): boolean {
    const isShort = (at: number): boolean => SHORT.has(this.plain()[at]?.name ?? '');
    return isShort(index) && (isShort(index - 1) || isShort(index + 1));
  }

  protected numeric(name: string): boolean {
    return NUMERIC.has(name);
  }

  protected autocomplete(name: string): string {
    return AUTOCOMPLETE[name] ?? 'off';
  }

  protected type(name: string, event: Event): void {
    const { value } = event.target as HTMLInputElement | HTMLSelectElement;
    this.values.update((all) => ({ ...all, [name]: value }));
  }

  protected choose(event: Event): void {
    const from = (event.target as HTMLSelectElement).value;
    const to = this.slots().find((slot) => slot.from === from)?.to ?? '';
    this.values.update((all) => ({ ...all, slot_from: from, slot_to: to }));
  }
}
