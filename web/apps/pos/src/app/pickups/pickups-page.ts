import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  inject,
  resource,
  signal,
} from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, type Schemas } from '@kerben/api';
import { DateTimePipe, ProblemTexts, QtyPipe } from '@kerben/core';
import { Dialog, Empty, Failed, Icon, Loading, Toasts } from '@kerben/design';
import { Wedge, beep } from '@kerben/features/scanner';
import { RefreshCw } from 'lucide';
import { Till } from '../core/till';
import { Pad } from '../parts/pad';
import { SearchField } from '../parts/search-field';
import { type Answer } from '../core/uploader';

type Pickup = Schemas['PickupView'];

const AGAIN_MS = 20_000;
const PAGES_MAX = 10;

/** Online orders that wait at the counter, handed over against the code that the buyer shows. Needs the server. */
@Component({
  selector: 'k-pickups-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    DateTimePipe,
    Dialog,
    Empty,
    Failed,
    Icon,
    Loading,
    Pad,
    QtyPipe,
    SearchField,
    TranslocoDirective,
    Wedge,
  ],
  template: `
    <main id="content" class="k-page k-page--narrow k-stack" (kWedge)="query.set($event)" *transloco="let t">
      <header class="k-row k-row--between k-row--nowrap">
        <h1>{{ t('pos.pickups.title') }}</h1>
        <button
          type="button"
          class="k-icon-btn"
          [attr.aria-label]="t('pos.pickups.again')"
          (click)="list.reload()"
        >
          <k-icon [of]="again" />
        </button>
      </header>
      @if (!till.online()) {
        <p class="k-notice k-notice--warn">{{ t('pos.pickups.offline') }}</p>
      }
      @if (list.hasValue()) {
        @if (list.value().length) {
          <k-search-field [(text)]="query" [label]="t('pos.pickups.search')" />
          @if (found().length) {
            <ul role="list" class="k-stack k-stack--tight">
              @for (order of found(); track order.order_id) {
                <li>
                  <button type="button" class="k-card order" (click)="begin(order)">
                    <span class="k-row k-row--between">
                      <span class="k-strong k-num">№ {{ order.number }}</span>
                      @if (order.to_pay.amount) {
                        <span class="k-badge k-badge--warn">
                          {{ t('pos.pickups.to_pay', { sum: order.to_pay.display }) }}
                        </span>
                      } @else {
                        <span class="k-badge k-badge--good">{{ t('pos.pickups.paid') }}</span>
                      }
                    </span>
                    <span>{{ order.contact_name }}</span>
                    <span class="k-soft k-small">
                      {{ t('pos.pickups.lines', { n: order.items.length }) }} · {{ order.total.display }}
                      @if (order.status === 'pickup_expired') {
                        · {{ t('order_status.pickup_expired') }}
                      } @else if (order.pickup_until) {
                        · {{ t('pos.pickups.until', { at: order.pickup_until | dateTime }) }}
                      }
                    </span>
                  </button>
                </li>
              }
            </ul>
          } @else {
            <k-empty [heading]="t('pos.pickups.not_found')" [text]="t('pos.pickups.not_found_text')" />
          }
        } @else {
          <k-empty [heading]="t('pos.pickups.none')" [text]="t('pos.pickups.none_text')" />
        }
      } @else if (list.error() && till.online()) {
        <k-failed [error]="list.error()" (again)="list.reload()" />
      } @else if (till.online()) {
        <k-loading />
      }

      <k-dialog [(open)]="issuing" [heading]="t('pos.pickups.heading', { number: chosen()?.number ?? '' })">
        @if (issuing() && chosen(); as order) {
          <div class="k-stack">
            <ul role="list" class="k-stack k-stack--tight">
              @for (line of order.items; track $index) {
                <li class="k-row k-row--between k-row--nowrap">
                  <span>
                    {{ line.name }}
                    <span class="k-soft k-small">{{ details(line) }}</span>
                  </span>
                  <span class="k-num k-strong">{{ line.qty | qty }}</span>
                </li>
              }
            </ul>
            @if (order.to_pay.amount) {
              <p class="k-notice k-notice--warn">
                <span>
                  {{ t('payment_method.' + order.payment_method) }}.
                  <strong class="k-money">{{
                    t('pos.pickups.to_pay', { sum: order.to_pay.display })
                  }}</strong>
                </span>
              </p>
            } @else {
              <p class="k-notice k-notice--good">{{ t('pos.pickups.nothing_to_pay') }}</p>
            }
            @if (fault()) {
              <p class="k-notice k-notice--bad" role="alert">{{ fault() }}</p>
            } @else {
              <p class="k-soft">{{ t('pos.pickups.ask_code') }}</p>
            }
            <k-pad
              [(text)]="code"
              [label]="t('pos.pickups.code')"
              [decimals]="false"
              [invalid]="!!fault()"
              placeholder="000000"
              (enter)="issue()"
            />
            <button
              type="button"
              class="k-btn k-btn--primary k-btn--large k-btn--wide"
              [disabled]="code().length < 4 || busy()"
              (click)="issue()"
            >
              {{ t('pos.pickups.issue') }}
            </button>
          </div>
        }
      </k-dialog>
    </main>
  `,
  styles: `
    .order {
      display: grid;
      gap: var(--s1);
      width: 100%;
      color: inherit;
      text-align: start;
      cursor: pointer;
    }
    .order:hover {
      border-color: var(--line-strong);
    }
  `,
})
export class PickupsPage {
  protected readonly till = inject(Till);
  private readonly toasts = inject(Toasts);
  private readonly texts = inject(ProblemTexts);
  private readonly transloco = inject(TranslocoService);

  protected readonly again = RefreshCw;
  protected readonly query = signal('');
  protected readonly issuing = signal(false);
  protected readonly chosen = signal<Pickup | null>(null);
  protected readonly code = signal('');
  protected readonly fault = signal('');
  protected readonly busy = signal(false);
  protected readonly list = resource({
    params: () => this.till.online(),
    loader: async () => {
      const found: Pickup[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < PAGES_MAX; page++) {
        const answer: Answer = await this.till.link!.get('pickups', {
          limit: '100',
          ...(cursor ? { cursor } : {}),
        });
        if (answer.status !== 200) throw problemOf(answer);
        found.push(...(answer.body['items'] as Pickup[]));
        cursor = answer.body['next_cursor'] as string | null;
        if (!cursor) break;
      }
      return found;
    },
  });
  protected readonly found = computed(() => {
    const wanted = this.query().trim().toLowerCase();
    const all = this.list.hasValue() ? this.list.value() : [];
    return all.filter(
      (o) => o.number.toLowerCase().includes(wanted) || o.contact_name.toLowerCase().includes(wanted),
    );
  });

  constructor() {
    const timer = setInterval(() => {
      if (!document.hidden && this.till.online() && !this.issuing()) this.list.reload();
    }, AGAIN_MS);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  protected begin(order: Pickup): void {
    this.chosen.set(order);
    this.code.set('');
    this.fault.set('');
    this.issuing.set(true);
  }

  protected details(line: Pickup['items'][number]): string {
    return Object.values(line.attributes).join(', ');
  }

  /** Repeating it changes nothing, so a lost answer does no harm. */
  protected async issue(): Promise<void> {
    const order = this.chosen();
    if (!order || this.busy() || this.code().length < 4) return;
    this.busy.set(true);
    this.fault.set('');
    const answer = await this.till.link!.post(`pickups/${order.order_id}/issue`, { code: this.code() });
    this.busy.set(false);
    if (answer.status !== 200) {
      beep(false);
      this.fault.set(this.texts.of(problemOf(answer)));
      this.code.set('');
      return;
    }
    beep();
    this.issuing.set(false);
    this.toasts.good(this.transloco.translate('pos.pickups.issued', { number: order.number }));
    this.list.reload();
  }
}

function problemOf({ status, body }: Answer): Problem {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const errors = Array.isArray(body['errors']) ? (body['errors'] as Problem['errors']) : [];
  return new Problem(status, status ? text(body['code']) : 'OFFLINE', text(body['detail']), errors);
}
