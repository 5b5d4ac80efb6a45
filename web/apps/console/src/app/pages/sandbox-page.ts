import { ChangeDetectionStrategy, Component, inject, resource, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Empty, Failed, Icon, Loading, Toasts } from '@kerben/design';
import { Problem } from '@kerben/api';
import { ExternalLink, Hammer, Wrench } from 'lucide';
import { ConsolePage } from '../ui/parts';

interface Fault {
  mode: string;
  delay_s?: number;
  times: number | null;
}

interface State {
  webhook: Fault;
  api: Fault;
  bank: Fault;
  /** How many payments have faults of their own. */
  single: number;
  messages: number;
}

type Neighbour = 'webhook' | 'api' | 'bank';

const NEIGHBOURS: readonly { id: Neighbour; modes: readonly string[] }[] = [
  {
    id: 'webhook',
    modes: [
      'late',
      'twice',
      'never',
      'out_of_order',
      'wrong_amount',
      'foreign_payment_id',
      'missing_signature',
      'bad_signature',
    ],
  },
  {
    id: 'api',
    modes: ['timeout', 'http_500', 'capture_fails_but_approved', 'refund_invisible', 'hold_pending'],
  },
  { id: 'bank', modes: ['timeout_after_accept', 'http_500', 'fail', 'slow', 'never_decides'] },
];

/** The neighbours of a demo: the acquirer, the bank and the inbox, with buttons that break them. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ConsolePage, Empty, Failed, Icon, Loading, TranslocoDirective],
  template: `
    <c-page [heading]="t('shell.sandbox')" [text]="t('console.sandbox.text')" *transloco="let t">
      @if (state.hasValue()) {
        @if (state.value(); as now) {
          @for (neighbour of neighbours; track neighbour.id) {
            <section class="k-card" [attr.aria-labelledby]="neighbour.id">
              <header>
                <div class="k-grow">
                  <h2 [id]="neighbour.id">{{ t('console.sandbox.' + neighbour.id) }}</h2>
                  <p class="k-soft">{{ t('console.sandbox.' + neighbour.id + '_text') }}</p>
                </div>
                @if (now[neighbour.id].mode === 'normal') {
                  <span class="k-live">{{ t('console.sandbox.works') }}</span>
                } @else {
                  <span class="k-badge k-badge--bad">{{ t('console.sandbox.broken') }}</span>
                }
              </header>
              @if (now[neighbour.id].mode !== 'normal') {
                <div class="k-notice k-notice--bad">
                  <p class="k-grow">
                    <strong
                      >{{ t('console.sandbox.' + neighbour.id + '_' + now[neighbour.id].mode) }}.</strong
                    >
                    {{ t('console.sandbox.' + neighbour.id + '_' + now[neighbour.id].mode + '_text') }}.
                    {{ left(now[neighbour.id]) }}
                  </p>
                  <button
                    type="button"
                    class="k-btn"
                    [disabled]="busy()"
                    (click)="set(neighbour.id, 'normal')"
                  >
                    <k-icon [of]="wrench" [size]="18" /> {{ t('console.sandbox.mend') }}
                  </button>
                </div>
              }
              <ul role="list">
                @for (mode of neighbour.modes; track mode) {
                  <li [class.now]="mode === now[neighbour.id].mode">
                    <div class="k-grow">
                      <p class="k-strong">{{ t('console.sandbox.' + neighbour.id + '_' + mode) }}</p>
                      <p class="k-soft k-small">
                        {{ t('console.sandbox.' + neighbour.id + '_' + mode + '_text') }}
                      </p>
                    </div>
                    <button
                      type="button"
                      class="k-btn"
                      [attr.aria-label]="
                        t('console.sandbox.break_named', {
                          what: t('console.sandbox.' + neighbour.id + '_' + mode),
                        })
                      "
                      [disabled]="busy() || mode === now[neighbour.id].mode"
                      (click)="set(neighbour.id, mode)"
                    >
                      <k-icon [of]="hammer" [size]="18" /> {{ t('console.sandbox.break') }}
                    </button>
                  </li>
                }
              </ul>
            </section>
          }
          @if (now.single) {
            <p class="k-notice k-notice--warn">
              <span class="k-grow">{{ t('console.sandbox.single', { n: now.single }) }}</span>
              <button type="button" class="k-btn" [disabled]="busy()" (click)="reset()">
                {{ t('console.sandbox.mend_all') }}
              </button>
            </p>
          }
          <section class="k-card" aria-labelledby="inbox">
            <header>
              <div class="k-grow">
                <h2 id="inbox">{{ t('console.sandbox.inbox') }}</h2>
                <p class="k-soft">{{ t('console.sandbox.inbox_text') }}</p>
              </div>
              <a class="k-btn" href="/sandbox/inbox/page" target="_blank" rel="noopener">
                {{ t('console.sandbox.open_inbox') }} <k-icon [of]="external" [size]="18" />
              </a>
            </header>
            <p>{{ t('console.sandbox.messages', { n: now.messages }) }}</p>
          </section>
        } @else {
          <k-empty [heading]="t('console.sandbox.none')" [text]="t('console.sandbox.none_text')" />
        }
      } @else if (state.error()) {
        <k-failed [error]="state.error()" (again)="state.reload()" />
      } @else {
        <k-loading />
      }
    </c-page>
  `,
  styles: `
    section {
      display: grid;
      gap: var(--s3);
    }
    header {
      display: flex;
      flex-wrap: wrap;
      align-items: flex-start;
      gap: var(--s2) var(--s4);
    }
    .k-notice {
      flex-wrap: wrap;
      align-items: center;
    }
    .k-notice .k-grow {
      flex-basis: 240px;
    }
    ul {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 380px), 1fr));
      column-gap: var(--s6);
    }
    li {
      display: flex;
      align-items: center;
      gap: var(--s4);
      padding-block: var(--s3);
      border-top: 1px solid var(--line);
    }
    .now .k-strong {
      color: var(--felt);
    }
    li .k-btn {
      flex: none;
      padding-inline: var(--s3);
    }
  `,
})
export class SandboxPage {
  protected readonly neighbours = NEIGHBOURS;
  protected readonly hammer = Hammer;
  protected readonly wrench = Wrench;
  protected readonly external = ExternalLink;
  protected readonly busy = signal(false);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);
  /** Null where no sandbox runs: a market with a real acquirer. */
  protected readonly state = resource<State | null, undefined>({
    loader: async ({ abortSignal }) => {
      const acquirer = await sandbox<{ webhook: Fault; api: Fault; payments: unknown[] }>('acquirer/faults', {
        signal: abortSignal,
      });
      if (!acquirer) return null;
      const bank = await sandbox<Fault>('bank/faults', { signal: abortSignal });
      const inbox = await sandbox<{ messages: unknown[] }>('inbox', { signal: abortSignal });
      return {
        webhook: acquirer.webhook,
        api: acquirer.api,
        bank: bank ?? { mode: 'normal', times: null },
        single: acquirer.payments.length,
        messages: inbox?.messages.length ?? 0,
      };
    },
  });

  protected left(fault: Fault): string {
    return fault.times === null ? '' : this.transloco.translate('console.sandbox.times', { n: fault.times });
  }

  protected async set(neighbour: Neighbour, mode: string): Promise<void> {
    const now = this.state.hasValue() ? this.state.value() : null;
    if (!now) return;
    const fault = { mode };
    await this.run(
      neighbour === 'bank'
        ? () => sandbox('bank/faults', put(fault))
        : () => sandbox('acquirer/faults', put({ webhook: now.webhook, api: now.api, [neighbour]: fault })),
      mode === 'normal' ? 'console.sandbox.mended' : 'console.sandbox.is_broken',
    );
  }

  protected async reset(): Promise<void> {
    await this.run(() => sandbox('acquirer/faults', { method: 'DELETE' }), 'console.sandbox.mended');
  }

  private async run(work: () => Promise<unknown>, done: string): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    try {
      await work();
      this.toasts.good(this.transloco.translate(done));
    } catch (error) {
      this.toasts.bad(error);
    } finally {
      this.busy.set(false);
      this.state.reload();
    }
  }
}

const put = (body: unknown): RequestInit => ({
  method: 'PUT',
  body: JSON.stringify(body),
  headers: { 'Content-Type': 'application/json' },
});

/** The sandbox stands beside the API on the same address; null where there is none. */
async function sandbox<T>(path: string, init: RequestInit): Promise<T | null> {
  let answer: Response;
  try {
    answer = await fetch(`/sandbox/${path}`, init);
  } catch {
    throw new Problem(0, 'OFFLINE', '', []);
  }
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Problem(answer.status, 'SANDBOX', '', []);
  return (await answer.json()) as T;
}
