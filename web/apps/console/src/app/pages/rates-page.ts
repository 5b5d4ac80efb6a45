import { ChangeDetectionStrategy, Component, inject, resource, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call } from '@kerben/api';
import { DateTimePipe, ProblemTexts } from '@kerben/core';
import { Empty, Failed, Loading, Toasts } from '@kerben/design';
import { ConsolePage } from '../ui/parts';
import { ROWS } from '../ui/rows.css';

const CURRENCIES = ['USD', 'EUR', 'RUB', 'KZT', 'CNY', 'UZS'];

/** Exchange rates to the som: those in force, and a new one from now on. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ConsolePage, DateTimePipe, Empty, Failed, Loading, TranslocoDirective],
  template: `
    <c-page [heading]="t('shell.rates')" [text]="t('console.rates.text')" *transloco="let t">
      <form class="k-card tools" (submit)="save($event)" novalidate>
        <label class="k-field">
          <span>{{ t('console.rates.currency') }}</span>
          <select
            class="k-select"
            name="currency"
            [value]="currency()"
            (change)="currency.set(picked($event))"
          >
            @for (code of currencies; track code) {
              <option [value]="code">{{ t('console.rates.' + code) }}</option>
            }
          </select>
        </label>
        <label class="k-field">
          <span>{{ t('console.rates.rate') }}</span>
          <input
            #field
            class="k-input k-num"
            name="rate"
            inputmode="decimal"
            autocomplete="off"
            maxlength="20"
            [value]="rate()"
            (input)="rate.set(field.value)"
            [attr.aria-invalid]="wrong() ? true : null"
            aria-describedby="rate-error"
          />
          <small class="k-error" id="rate-error" role="alert">{{ wrong() }}</small>
        </label>
        <button type="submit" class="k-btn k-btn--primary" [disabled]="busy()">
          {{ t('console.rates.set') }}
        </button>
      </form>
      @if (rates.hasValue()) {
        @if (rates.value().items.length) {
          <ul class="rows" role="list">
            @for (row of rates.value().items; track row.currency) {
              <li>
                <p class="main">
                  {{ known(row.currency) ? t('console.rates.' + row.currency) : row.currency }}
                </p>
                <p class="k-soft">{{ t('console.rates.since', { at: (row.valid_from | dateTime) }) }}</p>
                <p class="sum">{{ t('console.rates.is', { rate: comma(row.rate) }) }}</p>
              </li>
            }
          </ul>
        } @else {
          <k-empty [heading]="t('console.rates.none')" [text]="t('console.rates.none_text')" />
        }
      } @else if (rates.error()) {
        <k-failed [error]="rates.error()" (again)="rates.reload()" />
      } @else {
        <k-loading [count]="3" />
      }
    </c-page>
  `,
  styles: [
    ROWS,
    `
      :host {
        --cols: 1fr 260px 160px;
      }
      .k-field {
        width: min(100%, 240px);
      }
      .k-error:empty {
        display: none;
      }
      form .k-btn {
        font-size: var(--t-body) !important;
      }
      .tools {
        align-items: start;
      }
      /* In line with the fields, not with their labels. */
      form > .k-btn {
        margin-top: calc(var(--t-small) * 1.5 + var(--s1));
      }
      form,
      .rows {
        max-width: 800px;
      }
      @media (width < 600px) {
        .k-field,
        form > .k-btn {
          width: 100%;
          margin: 0;
        }
      }
    `,
  ],
})
export class RatesPage {
  protected readonly currencies = CURRENCIES;
  protected readonly currency = signal('USD');
  protected readonly rate = signal('');
  protected readonly busy = signal(false);
  protected readonly wrong = signal('');
  protected readonly rates = resource({
    loader: ({ abortSignal }) => call(api.GET('/api/v1/exchange-rates', { signal: abortSignal })),
  });
  private readonly toasts = inject(Toasts);
  private readonly texts = inject(ProblemTexts);
  private readonly transloco = inject(TranslocoService);

  protected picked(event: Event): string {
    return (event.target as HTMLSelectElement).value;
  }

  protected known(code: string): boolean {
    return CURRENCIES.includes(code);
  }

  protected comma(rate: string): string {
    return rate
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '')
      .replace('.', ',');
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    const rate = this.rate()
      .replace(/[\s\u00a0\u202f]/g, '')
      .replace(',', '.');
    if (!/^\d+(\.\d+)?$/.test(rate)) {
      this.wrong.set(this.transloco.translate('console.rates.wrong'));
      (event.target as HTMLFormElement).querySelector('input')?.focus();
      return;
    }
    if (this.busy()) return;
    this.busy.set(true);
    this.wrong.set('');
    try {
      const params = { path: { currency: this.currency() } };
      await call(api.PUT('/api/v1/admin/exchange-rates/{currency}', { params, body: { rate } }));
      this.toasts.good(this.transloco.translate('console.rates.done'));
      this.rate.set('');
      this.rates.reload();
    } catch (error) {
      if (error instanceof Problem && error.status === 422) this.wrong.set(this.texts.of(error));
      else this.toasts.bad(error);
    } finally {
      this.busy.set(false);
    }
  }
}
