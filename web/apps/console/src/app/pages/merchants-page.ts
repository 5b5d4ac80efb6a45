import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { api, call, type Schemas } from '@kerben/api';
import { DayPipe } from '@kerben/core';
import { Empty, Failed, Loading } from '@kerben/design';
import { acting } from '../ui/acting';
import { Confirm } from '../ui/confirm';
import { paged } from '../ui/paged';
import { Chips, ConsolePage, More } from '../ui/parts';
import { ROWS } from '../ui/rows.css';

type Merchant = Schemas['Merchant'];
type Deed = 'verify' | 'unverify' | 'activate' | 'suspend';

const BADGE: Record<string, string> = { active: 'good', pending: 'warn', suspended: 'bad', none: 'plain' };

/** Sellers: who is verified, who is paid out. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Chips, ConsolePage, DayPipe, Empty, Failed, Loading, More, RouterLink, TranslocoDirective],
  template: `
    <c-page [heading]="t('shell.merchants')" [text]="t('console.merchants.text')" *transloco="let t">
      <div class="tools">
        <c-chips
          [label]="t('console.merchants.by_check')"
          name="verified"
          [value]="verified()"
          [options]="checks()"
        />
        <c-chips
          [label]="t('console.merchants.by_payouts')"
          name="payout_status"
          [value]="payout_status()"
          [options]="payouts()"
        />
      </div>
      @if (list.error(); as error) {
        <k-failed [error]="error" (again)="list.reload()" />
      } @else if (list.shown(); as merchants) {
        @if (merchants.length) {
          <ul class="rows" role="list">
            @for (merchant of merchants; track merchant.id) {
              <li>
                <div>
                  <a
                    class="main"
                    routerLink="/audit"
                    [queryParams]="{ entity: 'merchant', entity_id: merchant.id }"
                    >{{ merchant.name }}</a
                  >
                  <p class="k-soft about">{{ merchant.description }}</p>
                </div>
                <p>
                  @if (merchant.verified_at) {
                    <span class="k-badge k-badge--good">{{ t('console.merchants.checked') }}</span>
                    <span class="k-soft under">{{ merchant.verified_at | day }}</span>
                  } @else {
                    <span class="k-badge k-badge--warn">{{ t('console.merchants.unchecked') }}</span>
                    <span class="k-soft under">{{
                      t('console.merchants.since', { day: (merchant.created_at | day) })
                    }}</span>
                  }
                </p>
                <p>
                  <span class="k-badge k-badge--{{ badge[merchant.payout_status] }}">
                    {{ t('console.merchants.payouts_' + merchant.payout_status) }}
                  </span>
                  @if (merchant.payout_bank_name) {
                    <span class="k-soft under">
                      {{ merchant.payout_bank_name }}
                      <span class="k-num">•••• {{ merchant.payout_account_last4 }}</span>
                    </span>
                  }
                </p>
                <div class="acts">
                  @if (merchant.payout_status === 'pending' || merchant.payout_status === 'suspended') {
                    <button
                      type="button"
                      class="k-btn"
                      [disabled]="doing.busy()"
                      (click)="act(merchant, 'activate')"
                    >
                      {{ t('console.merchants.activate') }}
                    </button>
                  } @else if (merchant.payout_status === 'active') {
                    <button
                      type="button"
                      class="k-btn"
                      [disabled]="doing.busy()"
                      (click)="act(merchant, 'suspend')"
                    >
                      {{ t('console.merchants.suspend') }}
                    </button>
                  }
                  <button
                    type="button"
                    class="k-btn"
                    [class.k-btn--primary]="!merchant.verified_at"
                    [disabled]="doing.busy()"
                    (click)="act(merchant, merchant.verified_at ? 'unverify' : 'verify')"
                  >
                    {{ t(merchant.verified_at ? 'console.merchants.unverify' : 'console.merchants.verify') }}
                  </button>
                </div>
              </li>
            }
          </ul>
          <c-more [list]="list" />
        } @else {
          <k-empty [heading]="t('console.merchants.none')" [text]="t('console.none_filter')" />
        }
      } @else {
        <k-loading [count]="8" />
      }
    </c-page>
  `,
  styles: [
    ROWS,
    `
      :host {
        --cols: minmax(180px, 1.6fr) 150px minmax(170px, 1.2fr) 316px;
      }
      .about {
        display: -webkit-box;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
      }
    `,
  ],
})
export class MerchantsPage {
  readonly verified = input<string>();
  readonly payout_status = input<string>();
  protected readonly badge = BADGE;
  protected readonly doing = acting();
  private readonly confirm = inject(Confirm);
  private readonly transloco = inject(TranslocoService);
  private readonly language = toSignal(this.transloco.langChanges$);
  protected readonly list = paged(
    () => ({ verified: this.verified(), payout_status: this.payout_status() }),
    ({ verified, payout_status }, cursor, signal) =>
      call(
        api.GET('/api/v1/admin/merchants', {
          params: {
            query: {
              cursor: cursor ?? null,
              limit: 50,
              verified: verified === 'true' ? true : verified === 'false' ? false : null,
              payout_status: (payout_status as Merchant['payout_status']) ?? null,
            },
          },
          signal: signal ?? null,
        }),
      ),
  );

  protected readonly checks = computed(() =>
    this.options(['', 'false', 'true'], (v) => `console.merchants.check_${v || 'all'}`),
  );
  protected readonly payouts = computed(() =>
    this.options(['', 'pending', 'active', 'suspended', 'none'], (v) =>
      v ? `console.merchants.payouts_${v}` : 'console.merchants.payouts_all',
    ),
  );

  private options(values: string[], key: (value: string) => string): { value: string; label: string }[] {
    this.language();
    return values.map((value) => ({ value, label: this.transloco.translate(key(value)) }));
  }

  protected async act(merchant: Merchant, deed: Deed): Promise<void> {
    const say = (part: string): string =>
      this.transloco.translate(`console.merchants.${deed}${part}`, { name: merchant.name });
    if (deed !== 'verify') {
      const heading = say('_ask');
      if ((await this.confirm.ask({ heading, text: say('_text'), yes: say('') })) === null) return;
    }
    await this.doing.run(merchant.id, () => this.send(merchant, deed), `console.merchants.${deed}_done`, {
      name: merchant.name,
    });
  }

  private async send(merchant: Merchant, deed: Deed): Promise<void> {
    const path = { merchant_id: merchant.id };
    let now: Merchant;
    if (deed === 'verify')
      now = await call(api.POST('/api/v1/admin/merchants/{merchant_id}/verify', { params: { path } }));
    else if (deed === 'unverify')
      now = await call(api.POST('/api/v1/admin/merchants/{merchant_id}/unverify', { params: { path } }));
    else {
      const params = { path: { ...path, action: deed } };
      const answer = await call(
        api.POST('/api/v1/admin/merchants/{merchant_id}/payout/{action}', { params }),
      );
      now = { ...merchant, payout_status: answer.payout_status };
    }
    this.list.change((row) => row.id === merchant.id, now);
  }
}
