import { ChangeDetectionStrategy, Component, computed, inject, resource } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { type Schemas, api, call } from '@kerben/api';
import { AgoPipe, DateTimePipe, Session } from '@kerben/core';
import { Empty, Failed, Icon, Loading } from '@kerben/design';
import { Phone } from 'lucide';
import { type Page } from '../browse/data';
import { paged } from '../browse/paged';
import { kindOf } from '../browse/variants';
import { AccountFrame } from './account-frame';

type Question = Schemas['OwnRequestView'];

const TONE: Readonly<Record<string, string>> = {
  open: 'k-badge--warn',
  in_stock: 'k-badge--good',
};

/** What the buyer has asked sellers about, and what came of it. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    AccountFrame,
    AgoPipe,
    DateTimePipe,
    Empty,
    Failed,
    Icon,
    Loading,
    RouterLink,
    TranslocoDirective,
  ],
  template: `
    <k-account-frame [heading]="t('account.questions')" *transloco="let t">
      @if (list.first() && !list.error()) {
        <ul class="k-stack" role="list">
          @for (one of list.items(); track one.id) {
            <li class="k-card k-stack k-stack--tight">
              <p class="k-row k-row--between">
                <span class="k-badge" [class]="'k-badge ' + tone(one)">{{
                  t('account.question_' + state(one))
                }}</span>
                <time
                  class="k-soft k-small"
                  [attr.datetime]="one.created_at"
                  [title]="one.created_at | dateTime"
                  >{{ one.created_at | ago }}</time
                >
              </p>
              <h2>
                <a [routerLink]="['/p', one.product_id]">{{ what(one) }}</a>
              </h2>
              @if (one.comment; as comment) {
                <p class="words">{{ comment }}</p>
              }
              <p class="k-soft k-small">
                @if (one.outcome === 'in_stock' || one.outcome === 'out_of_stock') {
                  {{ t('account.question_answered', { at: (one.answered_at | ago) }) }}
                } @else {
                  {{ t('account.question_' + state(one) + '_text') }}
                }
              </p>
              <p class="k-row k-row--between k-row--nowrap shop">
                <a [routerLink]="['/s', one.shop_id]">{{ one.shop_name }}</a>
                <a class="k-btn k-btn--small" [href]="'tel:' + one.shop_phone">
                  <k-icon [of]="phone" [size]="18" /> {{ t('browse.call') }}
                </a>
              </p>
            </li>
          } @empty {
            <li>
              <k-empty
                [heading]="t('account.questions_none')"
                [text]="t(unproven() ? 'account.questions_unproven' : 'account.questions_none_text')"
              >
                @if (unproven()) {
                  <a class="k-btn k-btn--primary" routerLink="/account/settings">{{
                    t('account.phone_to_prove')
                  }}</a>
                } @else {
                  <a class="k-btn k-btn--primary" routerLink="/search">{{ t('buy.to_goods') }}</a>
                }
              </k-empty>
            </li>
          }
        </ul>
        @if (list.hasMore()) {
          <button
            type="button"
            class="k-btn k-btn--wide"
            [disabled]="list.loadingMore()"
            (click)="list.more()"
          >
            {{ t('common.more') }}
          </button>
        }
      } @else if (list.error()) {
        <k-failed [error]="list.error()" (again)="list.reload()" />
      } @else {
        <k-loading [count]="3" />
      }
    </k-account-frame>
  `,
  styles: `
    h2 {
      font-size: var(--t-body);
    }
    h2 a,
    .shop a:not(.k-btn) {
      display: inline-flex;
      align-items: center;
      min-height: 40px;
    }
    h2 a {
      color: inherit;
      text-decoration: none;
    }
    h2 a:hover {
      color: var(--issyk);
    }
    .words {
      white-space: pre-line;
    }
    .k-btn--small {
      flex: none;
      min-height: var(--touch);
    }
  `,
})
export class QuestionsPage {
  protected readonly phone = Phone;
  private readonly session = inject(Session);
  protected readonly list = paged<string, Question, Page<Question>>(
    'questions',
    () => this.session.user()?.id,
    (_, cursor, signal) =>
      call(
        api.GET('/api/v1/me/availability-requests', { params: { query: cursor ? { cursor } : {} }, signal }),
      ),
  );
  private readonly none = computed(() => !!this.list.first() && this.list.items().length === 0);
  /** Questions are known by the phone: whoever has none proven is told so. */
  private readonly me = resource({
    params: () => this.none() || undefined,
    loader: ({ abortSignal }) => call(api.GET('/api/v1/me', { signal: abortSignal })),
  });
  protected readonly unproven = computed(() => this.me.hasValue() && !this.me.value().phone_verified);

  protected state(one: Question): string {
    return one.outcome ?? 'open';
  }

  protected tone(one: Question): string {
    return TONE[this.state(one)] ?? '';
  }

  protected what(one: Question): string {
    return [one.product_name, kindOf(one.attributes)].filter(Boolean).join(', ');
  }
}
