import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  resource,
  signal,
} from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { api, call, type Schemas } from '@kerben/api';
import { DateTimePipe, PhonePipe, Session } from '@kerben/core';
import { Dialog, Failed, Icon, Loading, Toasts } from '@kerben/design';
import { UserPlus } from 'lucide';
import { Paged } from '../goods/paged';
import { CurrentShop } from '../shell/current-shop';
import { allowed } from './rights';
import { StaffDialog } from './staff-dialog';

type Person = Schemas['StaffPerson'];
type Invitation = Schemas['Invitation'];
type Asked = { kind: 'remove'; person: Person } | { kind: 'withdraw'; invitation: Invitation };

/** People of the seller: who does what, who is invited. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DateTimePipe, Dialog, Failed, Icon, Loading, PhonePipe, StaffDialog, TranslocoDirective],
  template: `
    <main class="k-page k-stack k-stack--loose" id="content" *transloco="let t">
      <div class="k-row k-row--between">
        <h1>{{ t('trade.staff.title') }}</h1>
        <button type="button" class="k-btn k-btn--primary" (click)="edit(null)">
          <k-icon [of]="plus" [size]="18" /> {{ t('trade.staff.invite') }}
        </button>
      </div>
      @if (people.hasValue()) {
        <ul class="k-list" role="list" [attr.aria-label]="t('trade.staff.people')">
          @for (person of people.value(); track person.user_id) {
            <li class="row">
              <span class="k-grow">
                <span class="k-strong"
                  >{{ person.name }}
                  @if (person.user_id === me()) {
                    <span class="k-soft">{{ t('trade.staff.you') }}</span>
                  }
                </span>
                <span class="k-soft k-small">{{ person.phone ? (person.phone | phone) : person.email }}</span>
              </span>
              <span class="roles">
                @for (position of person.positions; track position.role) {
                  <span>
                    <span class="k-badge">{{ t('staff_role.' + position.role) }}</span>
                    <span class="k-soft k-small">{{ where(position.shop_ids) }}</span>
                  </span>
                }
              </span>
              @if (mayTouch(person)) {
                <span class="k-row">
                  <button type="button" class="k-btn" (click)="edit(person)">
                    {{ t('trade.staff.change') }}
                  </button>
                  <button
                    type="button"
                    class="k-btn"
                    [attr.aria-label]="t('trade.staff.remove_who', { name: person.name })"
                    (click)="ask({ kind: 'remove', person })"
                  >
                    {{ t('trade.staff.remove') }}
                  </button>
                </span>
              }
            </li>
          }
        </ul>
      } @else if (people.error()) {
        <k-failed [error]="people.error()" (again)="people.reload()" />
      } @else {
        <k-loading />
      }

      <section class="k-stack" aria-labelledby="invited">
        <h2 id="invited">{{ t('trade.staff.invitations') }}</h2>
        @if (invitations.items(); as items) {
          @if (items.length) {
            <ul class="k-list" role="list">
              @for (one of items; track one.id) {
                <li class="row">
                  <span class="k-grow">
                    <span class="k-strong">{{ one.phone ? (one.phone | phone) : one.email }}</span>
                    <span class="k-soft k-small">
                      {{ t('staff_role.' + one.role) }} · {{ where(one.shop_ids) }} ·
                      @if (one.status === 'open') {
                        {{ t('trade.staff.until', { at: one.expires_at | dateTime }) }}
                      } @else {
                        {{ one.sent_at | dateTime }}
                      }
                    </span>
                  </span>
                  <span
                    class="k-badge"
                    [class.k-badge--warn]="one.status === 'open'"
                    [class.k-badge--good]="one.status === 'accepted'"
                  >
                    {{ t('trade.invitation.' + one.status) }}
                  </span>
                  @if (one.status === 'open' && mayGive(one.role)) {
                    <span class="k-row">
                      <button type="button" class="k-btn" [disabled]="busy()" (click)="resend(one)">
                        {{ t('trade.staff.resend') }}
                      </button>
                      <button
                        type="button"
                        class="k-btn"
                        (click)="ask({ kind: 'withdraw', invitation: one })"
                      >
                        {{ t('trade.staff.withdraw') }}
                      </button>
                    </span>
                  }
                </li>
              }
            </ul>
            @if (invitations.hasMore()) {
              <button
                type="button"
                class="k-btn more"
                [disabled]="invitations.busy()"
                (click)="invitations.more()"
              >
                {{ t('common.more') }}
              </button>
            }
          } @else {
            <p class="k-card k-soft">{{ t('trade.staff.no_invitations') }}</p>
          }
        } @else if (invitations.error()) {
          <k-failed [error]="invitations.error()" (again)="invitations.again()" />
        } @else {
          <k-loading [count]="2" />
        }
      </section>

      <b-staff-dialog [(open)]="editing" [person]="about()" (done)="saved()" />
      <k-dialog [(open)]="asking" [heading]="question()">
        <div class="k-stack">
          <p>{{ t(asked()?.kind === 'remove' ? 'trade.staff.remove_text' : 'trade.staff.withdraw_text') }}</p>
          <div class="k-row">
            <button type="button" class="k-btn k-btn--primary" [disabled]="busy()" (click)="run()">
              {{ t(asked()?.kind === 'remove' ? 'trade.staff.remove' : 'trade.staff.withdraw') }}
            </button>
            <button type="button" class="k-btn" (click)="asking.set(false)">{{ t('common.cancel') }}</button>
          </div>
        </div>
      </k-dialog>
    </main>
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
      flex-basis: 220px;
    }
    .roles {
      display: grid;
      gap: var(--s1);
    }
    .roles > span {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: var(--s2);
    }
    .more {
      justify-self: center;
    }
    @media (width >= 900px) {
      .roles {
        min-width: 240px;
      }
    }
  `,
})
export class StaffPage {
  protected readonly plus = UserPlus;
  protected readonly editing = signal(false);
  protected readonly asking = signal(false);
  protected readonly busy = signal(false);
  protected readonly about = signal<Person | null>(null);
  protected readonly asked = signal<Asked | null>(null);
  protected readonly invitations = new Paged<Invitation>();
  private readonly current = inject(CurrentShop);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);
  private readonly session = inject(Session);
  protected readonly me = computed(() => this.session.user()?.id);
  protected readonly people = resource({
    params: () => this.current.merchantId(),
    loader: async ({ params, abortSignal }) =>
      (
        await call(
          api.GET('/api/v1/merchants/{merchant_id}/staff', {
            params: { path: { merchant_id: params } },
            signal: abortSignal,
          }),
        )
      ).items,
  });
  protected readonly question = computed(() => {
    const asked = this.asked();
    if (!asked) return '';
    const name =
      asked.kind === 'remove' ? asked.person.name : (asked.invitation.phone ?? asked.invitation.email);
    return this.transloco.translate<string>(`trade.staff.${asked.kind}_ask`, { name });
  });

  constructor() {
    effect(() => {
      const merchant_id = this.current.merchantId();
      this.invitations.start(
        (cursor, signal) =>
          call(
            api.GET('/api/v1/merchants/{merchant_id}/staff/invitations', {
              params: { path: { merchant_id }, query: { cursor, limit: 12 } },
              signal,
            }),
          ),
        false,
      );
    });
    inject(DestroyRef).onDestroy(() => this.invitations.stop());
  }

  /** In which shops: their names, or all. */
  protected where(shopIds: readonly string[] | null | undefined): string {
    if (!shopIds) return this.transloco.translate('trade.staff.all_shops');
    const names = this.current.shops().filter((shop) => shopIds.includes(shop.id));
    return names.map((shop) => shop.name).join(', ');
  }

  protected mayGive(role: Schemas['StaffRole']): boolean {
    return (role !== 'owner' && role !== 'manager') || allowed(this.current.role(), 'lead');
  }

  protected mayTouch(person: Person): boolean {
    return person.positions.every((position) => this.mayGive(position.role)) && !this.onlyOwner(person);
  }

  /** Somebody has to own the shops. */
  private onlyOwner(person: Person): boolean {
    const owns = (one: Person): boolean => one.positions.some((position) => position.role === 'owner');
    const all = this.people.hasValue() ? this.people.value() : [];
    return owns(person) && all.filter(owns).length === 1;
  }

  protected edit(person: Person | null): void {
    this.about.set(person);
    this.editing.set(true);
  }

  protected ask(asked: Asked): void {
    this.asked.set(asked);
    this.asking.set(true);
  }

  protected saved(): void {
    this.people.reload();
    this.invitations.again();
  }

  protected resend(one: Invitation): Promise<void> {
    return this.work(async () => {
      const params = { path: { merchant_id: this.current.merchantId(), invitation_id: one.id } };
      await call(
        api.POST('/api/v1/merchants/{merchant_id}/staff/invitations/{invitation_id}/resend', { params }),
      );
      this.toasts.good(this.transloco.translate('trade.staff.resent'));
    });
  }

  protected run(): Promise<void> {
    const asked = this.asked();
    const merchant_id = this.current.merchantId();
    return this.work(async () => {
      if (asked?.kind === 'remove') {
        const params = { path: { merchant_id, user_id: asked.person.user_id } };
        await call(api.DELETE('/api/v1/merchants/{merchant_id}/staff/{user_id}', { params }));
        this.toasts.good(this.transloco.translate('trade.staff.removed'));
        if (asked.person.user_id === this.me()) this.current.reload();
      } else if (asked) {
        const params = { path: { merchant_id, invitation_id: asked.invitation.id } };
        await call(
          api.DELETE('/api/v1/merchants/{merchant_id}/staff/invitations/{invitation_id}', { params }),
        );
        this.toasts.good(this.transloco.translate('trade.staff.withdrawn'));
      }
      this.asking.set(false);
    });
  }

  private async work(work: () => Promise<void>): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    try {
      await work();
      this.saved();
    } catch (error) {
      this.toasts.bad(error);
    } finally {
      this.busy.set(false);
    }
  }
}
