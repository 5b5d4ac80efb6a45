import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { api, call, type Schemas } from '@kerben/api';
import { DayPipe } from '@kerben/core';
import { acting } from '../ui/acting';
import { Confirm } from '../ui/confirm';
import { Listed, choices } from '../ui/listed';
import { listOf } from '../ui/paged';
import { Chips, ConsolePage } from '../ui/parts';
import { ROWS } from '../ui/rows.css';

type Merchant = Schemas['Merchant'];
type Deed = 'verify' | 'unverify' | 'activate' | 'suspend';

const BADGE: Record<string, string> = { active: 'good', pending: 'warn', suspended: 'bad', none: 'plain' };

/** Sellers: who is verified, who is paid out. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Chips, ConsolePage, DayPipe, Listed, RouterLink, TranslocoDirective],
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
      <c-listed [list]="list" [none]="t('console.merchants.none')" [noneText]="t('console.none_filter')">
        <ul class="rows" role="list">
          @for (merchant of list.shown(); track merchant.id) {
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
                  [disabled]="doing.busy()"
                  (click)="act(merchant, merchant.verified_at ? 'unverify' : 'verify')"
                >
                  {{ t(merchant.verified_at ? 'console.merchants.unverify' : 'console.merchants.verify') }}
                </button>
              </div>
            </li>
          }
        </ul>
      </c-listed>
    </c-page>
  `,
  styles: [
    ROWS,
    `
      :host {
        --cols: minmax(180px, 1.6fr) 150px minmax(170px, 1.2fr) 316px;
      }
      @media (width < 1000px) {
        .rows p:has(.k-badge) {
          display: flex;
          flex-wrap: wrap;
          align-items: center;
          gap: var(--s1) var(--s3);
        }
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
  protected readonly list = listOf<Merchant>('/admin/merchants', () => ({
    verified: this.verified(),
    payout_status: this.payout_status(),
  }));
  protected readonly checks = choices(
    ['', 'false', 'true'],
    (value) => `console.merchants.check_${value || 'all'}`,
  );
  protected readonly payouts = choices(
    ['', 'pending', 'active', 'suspended', 'none'],
    (value) => `console.merchants.payouts_${value || 'all'}`,
  );

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
