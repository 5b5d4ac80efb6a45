import { ChangeDetectionStrategy, Component, computed, inject, resource, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call, type Schemas } from '@kerben/api';
import { AgoPipe, DateTimePipe, dateTime } from '@kerben/core';
import { Dialog, Failed, Loading, Toasts } from '@kerben/design';
import { CurrentShop } from '../shell/current-shop';
import { focusWrong } from '../shell/focus-wrong';
import { CopyText } from './copy-text';

type Key = Schemas['ApiKey'];
type Scope = Schemas['Scope'];
const SCOPES: readonly Scope[] = [
  'catalog.read',
  'catalog.write',
  'stock.read',
  'stock.write',
  'orders.read',
  'bills.write',
];
/** For how long a program may go on with the former secret. */
const GRACE_H = 24;
const TERMS = [0, 30, 90, 365] as const;
const DAY_MS = 86_400_000;

/** Keys for partners' programs: issued, replaced, ended. A secret is shown once. */
@Component({
  selector: 'b-api-keys',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AgoPipe, CopyText, DateTimePipe, Dialog, Failed, FormsModule, Loading, TranslocoDirective],
  template: `
    <section class="k-stack" aria-labelledby="keys" *transloco="let t">
      <div class="k-row k-row--between">
        <div>
          <h2 id="keys">{{ t('trade.keys.title') }}</h2>
          <p class="k-soft k-small">{{ t('trade.keys.text') }}</p>
        </div>
        <button type="button" class="k-btn" (click)="askNew()">{{ t('trade.keys.issue') }}</button>
      </div>
      @if (found.hasValue()) {
        @if (found.value().length) {
          <ul class="k-list" role="list">
            @for (key of found.value(); track key.id) {
              <li class="row">
                <span class="k-grow">
                  <span class="k-strong"
                    >{{ key.name }} <span class="k-soft k-num">{{ key.prefix }}…</span></span
                  >
                  <span class="k-soft k-small">{{ rights(key) }}</span>
                  @if (limits(key); as words) {
                    <span class="k-soft k-small">{{ words }}</span>
                  }
                  <span class="k-soft k-small">
                    @if (key.last_used_at) {
                      {{ t('trade.keys.used') }} {{ key.last_used_at | ago }}
                    } @else {
                      {{ t('trade.keys.never_used') }}
                    }
                    @if (key.former_valid_until) {
                      · {{ t('trade.keys.former_until', { at: key.former_valid_until | dateTime }) }}
                    }
                  </span>
                </span>
                @if (key.revoked_at) {
                  <span class="k-badge">{{ t('trade.keys.revoked') }}</span>
                } @else if (over(key)) {
                  <span class="k-badge k-badge--warn">{{ t('trade.keys.over') }}</span>
                } @else {
                  <span class="k-row">
                    <button type="button" class="k-btn" (click)="ask('rotate', key)">
                      {{ t('trade.keys.rotate') }}
                    </button>
                    <button type="button" class="k-btn" (click)="ask('revoke', key)">
                      {{ t('trade.keys.revoke') }}
                    </button>
                  </span>
                }
              </li>
            }
          </ul>
        } @else {
          <p class="k-card k-soft">{{ t('trade.keys.none') }}</p>
        }
      } @else if (found.error()) {
        <k-failed [error]="found.error()" (again)="found.reload()" />
      } @else {
        <k-loading [count]="2" />
      }

      <k-dialog [(open)]="naming" [heading]="t('trade.keys.issue')">
        <form class="k-form" (ngSubmit)="issue()">
          <label class="k-field">
            <span>{{ t('trade.keys.name') }}</span>
            <input
              class="k-input"
              name="name"
              maxlength="200"
              autocomplete="off"
              [(ngModel)]="name"
              [attr.aria-invalid]="!!wrong()"
              aria-describedby="key-name"
            />
            <small id="key-name" [class]="wrong() ? 'k-error' : 'k-hint'">{{
              wrong() || t('trade.keys.name_hint')
            }}</small>
          </label>
          <fieldset>
            <legend class="k-label">{{ t('trade.keys.scopes') }}</legend>
            @for (one of scopes; track one) {
              <label class="k-check">
                <input type="checkbox" [name]="one" [checked]="chosen().has(one)" (change)="toggle(one)" />
                <span>{{ t('trade.scope.' + word(one)) }}</span>
              </label>
            }
            @if (tried() && !chosen().size) {
              <small class="k-error" role="alert">{{ t('trade.keys.scopes_none') }}</small>
            }
          </fieldset>
          @if (current.shops().length > 1) {
            <label class="k-field">
              <span>{{ t('trade.keys.where') }}</span>
              <select class="k-select" name="shop" [(ngModel)]="shop">
                <option value="">{{ t('trade.staff.all_shops') }}</option>
                @for (one of current.shops(); track one.id) {
                  <option [value]="one.id">{{ one.name }}</option>
                }
              </select>
            </label>
          }
          <label class="k-field">
            <span>{{ t('trade.keys.term') }}</span>
            <select class="k-select" name="days" [(ngModel)]="days">
              @for (one of terms; track one) {
                <option [value]="one">
                  {{ one ? t('trade.today.n_days', { n: one }) : t('trade.keys.forever') }}
                </option>
              }
            </select>
          </label>
          <button type="submit" class="k-btn k-btn--primary" [disabled]="busy()">
            {{ t('trade.keys.issue') }}
          </button>
        </form>
      </k-dialog>

      <k-dialog [open]="!!secret()" (openChange)="close($event)" [heading]="t('trade.keys.secret')">
        @if (secret(); as text) {
          <div class="k-stack">
            <p class="k-notice k-notice--warn">{{ t('trade.keys.once') }}</p>
            <b-copy-text [label]="t('trade.keys.secret')" [text]="text" [large]="true" />
            <button type="button" class="k-btn k-btn--primary" (click)="close(false)">
              {{ t('common.done') }}
            </button>
          </div>
        }
      </k-dialog>

      <k-dialog [(open)]="asking" [heading]="t('trade.keys.' + deed() + '_ask', { name: about()?.name })">
        <div class="k-stack">
          <p>{{ t('trade.keys.' + deed() + '_text', { n: grace }) }}</p>
          <div class="k-row">
            <button type="button" class="k-btn k-btn--primary" [disabled]="busy()" (click)="run()">
              {{ t('trade.keys.' + deed()) }}
            </button>
            <button type="button" class="k-btn" (click)="asking.set(false)">{{ t('common.cancel') }}</button>
          </div>
        </div>
      </k-dialog>
    </section>
  `,
  styles: `
    .row {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: var(--s2) var(--s4);
    }
    .row .k-grow {
      display: grid;
      flex-basis: 240px;
    }
    fieldset {
      margin: 0;
      padding: 0;
      border: 0;
    }
    legend {
      padding: 0;
    }
  `,
})
export class ApiKeys {
  protected readonly scopes = SCOPES;
  protected readonly grace = GRACE_H;
  protected readonly naming = signal(false);
  protected readonly asking = signal(false);
  protected readonly deed = signal<'rotate' | 'revoke'>('rotate');
  protected readonly about = signal<Key | null>(null);
  protected readonly secret = signal<string | null>(null);
  protected readonly name = signal('');
  /** The shop a new key works for; empty: all of them. */
  protected readonly shop = signal('');
  /** For how many days it works; 0: until it is revoked. */
  protected readonly days = signal<number | string>(0);
  protected readonly terms = TERMS;
  protected readonly chosen = signal<ReadonlySet<Scope>>(new Set());
  protected readonly busy = signal(false);
  protected readonly tried = signal(false);
  private readonly problem = signal<Problem | null>(null);
  protected readonly current = inject(CurrentShop);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  protected readonly found = resource({
    params: () => this.current.merchantId(),
    loader: async ({ params, abortSignal }) =>
      (
        await call(
          api.GET('/api/v1/merchants/{merchant_id}/api-keys', {
            params: { path: { merchant_id: params } },
            signal: abortSignal,
          }),
        )
      ).items,
  });
  protected readonly wrong = computed(() =>
    this.tried() && !this.name().trim()
      ? this.transloco.translate<string>('common.required')
      : (this.problem()?.field('name') ?? ''),
  );

  protected word(scope: Scope): string {
    return scope.replace('.', '_');
  }

  protected rights(key: Key): string {
    return key.scopes
      .map((one) => this.transloco.translate<string>(`trade.scope.${this.word(one)}`))
      .join(', ');
  }

  protected over(key: Key): boolean {
    return key.expires_at !== null && Date.parse(key.expires_at) <= Date.now();
  }

  /** «Магазин „У ворот“ · до 3 мая»; empty for a key without limits. */
  protected limits(key: Key): string {
    const shops = this.current.shops().filter((shop) => key.shop_ids?.includes(shop.id));
    const names = shops.map((shop) => shop.name).join(', ');
    const at = key.expires_at && dateTime(key.expires_at);
    const until = at ? this.transloco.translate<string>('trade.keys.until', { at }) : '';
    return [names, until].filter(Boolean).join(' · ');
  }

  protected toggle(one: Scope): void {
    this.chosen.update((chosen) => {
      const next = new Set(chosen);
      if (!next.delete(one)) next.add(one);
      return next;
    });
  }

  protected askNew(): void {
    this.name.set('');
    this.shop.set('');
    this.days.set(0);
    this.chosen.set(new Set(['catalog.read', 'stock.read']));
    this.tried.set(false);
    this.problem.set(null);
    this.naming.set(true);
  }

  protected ask(deed: 'rotate' | 'revoke', key: Key): void {
    this.deed.set(deed);
    this.about.set(key);
    this.asking.set(true);
  }

  protected close(open: boolean): void {
    if (!open) this.secret.set(null);
  }

  protected issue(): Promise<void> {
    this.tried.set(true);
    if (!this.name().trim() || !this.chosen().size) return Promise.resolve(focusWrong());
    return this.work(async () => {
      const params = { path: { merchant_id: this.current.merchantId() } };
      const days = Number(this.days());
      const body = {
        name: this.name().trim(),
        scopes: SCOPES.filter((one) => this.chosen().has(one)),
        shop_ids: this.shop() ? [this.shop()] : null,
        expires_at: days ? new Date(Date.now() + days * DAY_MS).toISOString() : null,
      };
      const made = await call(api.POST('/api/v1/merchants/{merchant_id}/api-keys', { params, body }));
      this.naming.set(false);
      this.secret.set(made.secret);
    });
  }

  protected run(): Promise<void> {
    const key = this.about();
    if (!key) return Promise.resolve();
    const params = { path: { merchant_id: this.current.merchantId(), key_id: key.id } };
    return this.work(async () => {
      if (this.deed() === 'revoke') {
        await call(api.DELETE('/api/v1/merchants/{merchant_id}/api-keys/{key_id}', { params }));
        this.toasts.good(this.transloco.translate('trade.keys.revoked_now'));
      } else {
        const body = { grace_h: GRACE_H };
        const made = await call(
          api.POST('/api/v1/merchants/{merchant_id}/api-keys/{key_id}/rotate', { params, body }),
        );
        this.secret.set(made.secret);
      }
      this.asking.set(false);
    });
  }

  private async work(work: () => Promise<void>): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.problem.set(null);
    try {
      await work();
      this.found.reload();
    } catch (error) {
      if (error instanceof Problem) this.problem.set(error);
      this.toasts.bad(error);
    } finally {
      this.busy.set(false);
    }
  }
}
