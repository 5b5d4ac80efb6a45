import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  effect,
  inject,
  input,
  computed,
  signal,
  untracked,
} from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call, type Schemas } from '@kerben/api';
import { AgoPipe, DateTimePipe, PhonePipe } from '@kerben/core';
import { Dialog, Empty, Failed, Icon, Loading, Toasts } from '@kerben/design';
import { Phone } from 'lucide';
import { Paged } from '../goods/paged';
import { CurrentShop } from '../shell/current-shop';
import { liveRefresh } from './live-refresh';
import { type AvailabilityRequest, listRequests } from './trade-api';

const OUTCOMES: readonly Schemas['AvailabilityOutcome'][] = ['in_stock', 'out_of_stock', 'not_reached'];

/** Buyers who asked whether something is there and want to be called back. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    AgoPipe,
    DateTimePipe,
    Dialog,
    Empty,
    Failed,
    FormsModule,
    Icon,
    Loading,
    PhonePipe,
    RouterLink,
    TranslocoDirective,
  ],
  template: `
    <main class="k-page k-stack" id="content" *transloco="let t">
      <header>
        <h1>{{ t('trade.requests.title') }}</h1>
        <p class="k-soft">{{ t('trade.requests.text') }}</p>
      </header>
      <div class="k-chips" role="group" [attr.aria-label]="t('trade.requests.which')">
        @for (one of both; track one) {
          <button type="button" class="k-chip" [attr.aria-pressed]="shown() === one" (click)="go(one)">
            {{ t('trade.requests.' + one) }}
          </button>
        }
      </div>
      @if (list.items(); as items) {
        @if (list.error()) {
          <p class="k-notice k-notice--warn" role="status">{{ t('goods.not_fresh') }}</p>
        }
        @if (items.length) {
          <ul class="cards" role="list" aria-live="polite">
            @for (one of items; track one.id) {
              <li class="k-card k-stack k-stack--tight">
                <div class="k-row k-row--between">
                  <a class="k-strong" [routerLink]="['/goods', one.product_id]">{{ one.product_name }}</a>
                  <time
                    class="k-soft k-small"
                    [attr.datetime]="one.created_at"
                    [title]="one.created_at | dateTime"
                    >{{ one.created_at | ago }}</time
                  >
                </div>
                @if (facts(one)) {
                  <p class="k-soft k-small">{{ facts(one) }}</p>
                }
                @if (one.comment) {
                  <p class="words">{{ one.comment }}</p>
                }
                @if (one.outcome) {
                  <p>
                    <span class="k-badge" [class.k-badge--good]="one.outcome === 'in_stock'">{{
                      t('trade.outcome.' + one.outcome)
                    }}</span>
                    {{ one.name }}, {{ one.phone | phone }}
                  </p>
                  @if (one.note) {
                    <p class="k-soft words">{{ one.note }}</p>
                  }
                } @else {
                  <div class="k-row acts">
                    <a class="k-btn" [href]="'tel:' + one.phone">
                      <k-icon [of]="phone" [size]="18" /> {{ one.name }}, {{ one.phone | phone }}
                    </a>
                    <button type="button" class="k-btn" (click)="ask(one)">
                      {{ t('trade.requests.answer') }}
                    </button>
                  </div>
                }
              </li>
            }
          </ul>
          @if (list.hasMore()) {
            <button type="button" class="k-btn more" [disabled]="list.busy()" (click)="list.more()">
              {{ t('common.more') }}
            </button>
          }
        } @else {
          <k-empty [heading]="t('trade.requests.none_' + shown())" [text]="t('trade.requests.none_text')" />
        }
      } @else if (list.error()) {
        <k-failed [error]="list.error()" (again)="list.again()" />
      } @else {
        <k-loading [count]="3" />
      }

      <k-dialog [(open)]="asking" [heading]="t('trade.requests.how')">
        <form class="k-form" (ngSubmit)="answer()">
          <fieldset class="k-stack k-stack--tight">
            <legend class="k-sr">{{ t('trade.requests.how') }}</legend>
            @for (one of outcomes; track one) {
              <label class="k-choice">
                <input type="radio" name="outcome" [value]="one" [(ngModel)]="outcome" />
                <span>{{ t('trade.outcome.' + one) }}</span>
              </label>
            }
          </fieldset>
          <label class="k-field">
            <span>{{ t('trade.requests.note') }}</span>
            <textarea class="k-textarea" name="note" maxlength="500" [(ngModel)]="note"></textarea>
          </label>
          <button type="submit" class="k-btn k-btn--primary" [disabled]="busy()">
            {{ t('common.done') }}
          </button>
        </form>
      </k-dialog>
    </main>
  `,
  styles: `
    .cards {
      display: grid;
      gap: var(--s3);
      margin: 0;
      padding: 0;
    }
    .words {
      overflow-wrap: anywhere;
    }
    .more {
      justify-self: center;
    }
    fieldset {
      margin: 0;
      padding: 0;
      border: 0;
    }
    @media (width < 600px) {
      .acts {
        display: grid;
      }
    }
  `,
})
export class RequestsPage {
  /** From the address. */
  readonly state = input<string>();

  protected readonly both = ['open', 'answered'] as const;
  protected readonly outcomes = OUTCOMES;
  protected readonly phone = Phone;
  protected readonly list = new Paged<AvailabilityRequest>();
  protected readonly shown = computed(() => (this.state() === 'answered' ? 'answered' : 'open'));
  protected readonly asking = signal(false);
  protected readonly outcome = signal<Schemas['AvailabilityOutcome']>('in_stock');
  protected readonly note = signal('');
  protected readonly busy = signal(false);
  private readonly about = signal<AvailabilityRequest | null>(null);
  private readonly current = inject(CurrentShop);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  constructor() {
    let last = '';
    effect(() => {
      const shopId = this.current.shopId();
      const shown = this.shown();
      untracked(() => {
        const keep = last === shopId + shown;
        last = shopId + shown;
        this.list.start((cursor, signal) => listRequests(shopId, shown, cursor, signal), keep);
      });
    });
    liveRefresh(
      () => [`shop-requests:${this.current.shopId()}`],
      () => this.list.again(),
    );
    inject(DestroyRef).onDestroy(() => this.list.stop());
  }

  protected facts(one: AvailabilityRequest): string {
    return Object.values(one.attributes).join(' · ');
  }

  protected go(state: 'open' | 'answered'): void {
    const queryParams = { state: state === 'open' ? null : state };
    void this.router.navigate([], { queryParams, replaceUrl: true });
  }

  protected ask(one: AvailabilityRequest): void {
    this.about.set(one);
    this.outcome.set('in_stock');
    this.note.set('');
    this.asking.set(true);
  }

  protected async answer(): Promise<void> {
    const about = this.about();
    if (this.busy() || !about) return;
    this.busy.set(true);
    try {
      const params = { path: { request_id: about.id } };
      const body = { outcome: this.outcome(), note: this.note().trim() || null };
      await call(api.POST('/api/v1/availability-requests/{request_id}/answer', { params, body }));
      this.toasts.good(this.transloco.translate('trade.requests.answered_now'));
      this.taken(about.id);
    } catch (error) {
      // Somebody else of the shop was faster.
      if (error instanceof Problem && error.status === 409) this.taken(about.id);
      this.toasts.bad(error);
    } finally {
      this.busy.set(false);
    }
  }

  private taken(id: string): void {
    this.asking.set(false);
    this.list.update((items) => items.filter((one) => one.id !== id));
  }
}
