import { ChangeDetectionStrategy, Component, inject, input, linkedSignal, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call, type Schemas } from '@kerben/api';
import { Toasts } from '@kerben/design';
import { CurrentShop } from '../shell/current-shop';

/** The seller himself: name, words about him, and how the shops sell. For owners. */
@Component({
  selector: 'b-merchant-form',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [FormsModule, TranslocoDirective],
  template: `
    <section class="k-card k-stack" aria-labelledby="merchant" *transloco="let t">
      <div class="k-row k-row--between">
        <h2 id="merchant">{{ t('trade.merchant.title') }}</h2>
        <span class="k-badge" [class.k-badge--good]="merchant().verified_at">
          {{ t(merchant().verified_at ? 'trade.merchant.verified' : 'trade.merchant.not_verified') }}
        </span>
      </div>
      <form class="k-form" (ngSubmit)="save()">
        <label class="k-field">
          <span>{{ t('shell.merchant_name') }}</span>
          <input
            class="k-input"
            name="name"
            maxlength="200"
            autocomplete="organization"
            [(ngModel)]="name"
            [attr.aria-invalid]="!!wrong()"
            aria-describedby="own-name"
          />
          <small id="own-name" class="k-error">{{ wrong() }}</small>
        </label>
        <label class="k-field">
          <span>{{ t('shell.merchant_about') }}</span>
          <textarea class="k-textarea" name="about" maxlength="5000" [(ngModel)]="about"></textarea>
        </label>
        <fieldset class="k-stack k-stack--tight">
          <legend class="k-label">{{ t('trade.merchant.eligibility') }}</legend>
          @for (one of modes; track one) {
            <label class="k-choice">
              <input type="radio" name="mode" [value]="one" [(ngModel)]="mode" />
              <span>
                {{ t('trade.mode.' + one) }}
                <small class="k-hint">{{ t('trade.mode.' + one + '_hint') }}</small>
              </span>
            </label>
          }
        </fieldset>
        <label class="k-field">
          <span>{{ t('trade.merchant.price_master') }}</span>
          <select class="k-select" name="master" [(ngModel)]="master">
            <option value="pos">{{ t('trade.master.pos') }}</option>
            <option value="platform">{{ t('trade.master.platform') }}</option>
          </select>
        </label>
        <button type="submit" class="k-btn k-btn--primary save" [disabled]="busy()">
          {{ t('common.save') }}
        </button>
      </form>
    </section>
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
    .k-choice span {
      display: grid;
    }
    .save {
      justify-self: start;
    }
  `,
})
export class MerchantForm {
  readonly merchant = input.required<Schemas['Merchant']>();
  protected readonly modes = ['pos', 'manual', 'hybrid'] as const;
  protected readonly name = linkedSignal(() => this.merchant().name);
  protected readonly about = linkedSignal(() => this.merchant().description);
  protected readonly mode = linkedSignal(() => this.merchant().eligibility_mode);
  protected readonly master = linkedSignal(() => this.merchant().price_master);
  protected readonly busy = signal(false);
  private readonly problem = signal<Problem | null>(null);
  private readonly current = inject(CurrentShop);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  protected wrong(): string {
    if (!this.name().trim()) return this.transloco.translate('common.required');
    return this.problem()?.field('name') ?? '';
  }

  protected async save(): Promise<void> {
    if (this.busy() || !this.name().trim()) return;
    this.busy.set(true);
    this.problem.set(null);
    try {
      const params = { path: { merchant_id: this.merchant().id } };
      const body = {
        name: this.name().trim(),
        description: this.about().trim(),
        eligibility_mode: this.mode(),
        price_master: this.master(),
      };
      await call(api.PATCH('/api/v1/merchants/{merchant_id}', { params, body }));
      this.toasts.good(this.transloco.translate('trade.saved'));
      this.current.reload();
    } catch (error) {
      if (error instanceof Problem) this.problem.set(error);
      this.toasts.bad(error);
    } finally {
      this.busy.set(false);
    }
  }
}
