import { ChangeDetectionStrategy, Component, computed, inject, input, resource, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { api, call } from '@kerben/api';
import { DayPipe, PhonePipe, Session } from '@kerben/core';
import { Dialog } from '@kerben/design';
import type { AdminUser } from '../data/admin';
import { ask } from '../data/ask';
import { acting } from '../ui/acting';
import { Confirm } from '../ui/confirm';
import { Listed, choices } from '../ui/listed';
import { listOf } from '../ui/paged';
import { Chips, ConsolePage, SearchField } from '../ui/parts';
import { ROWS } from '../ui/rows.css';
import { UserGroups } from './user-groups';

const GRANTABLE = ['admin', 'support', 'courier', 'cook'] as const;

/** People: found, given roles and groups, blocked and let in again. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Chips,
    ConsolePage,
    DayPipe,
    Dialog,
    Listed,
    PhonePipe,
    RouterLink,
    SearchField,
    TranslocoDirective,
    UserGroups,
  ],
  template: `
    <c-page [heading]="t('shell.users')" [text]="t('console.users.text')" *transloco="let t">
      <div class="tools">
        <c-search [label]="t('console.users.search')" [value]="q()" (searched)="search($event)" />
        <c-chips
          [label]="t('console.users.by_role')"
          name="role"
          [value]="role()"
          [options]="roleOptions()"
        />
      </div>
      <c-listed [list]="list" [none]="t('console.users.none')" [noneText]="t('console.users.none_text')">
        <ul class="rows" role="list">
          @for (user of list.shown(); track user.id) {
            <li>
              <div>
                <p class="main">{{ user.name }}</p>
                <p class="k-soft">{{ user.phone ? (user.phone | phone) : user.email }}</p>
              </div>
              <p class="marks">
                @for (role of worksAs(user); track role) {
                  <span class="k-badge k-badge--info">{{ t('console.users.role_' + role) }}</span>
                } @empty {
                  <span class="k-soft">{{
                    t(user.kind === 'guest' ? 'console.users.guest' : 'console.users.role_buyer')
                  }}</span>
                }
                @for (group of user.groups; track group.id) {
                  <span class="k-badge">{{ group.name }}</span>
                }
              </p>
              <p>
                @if (user.blocked_at) {
                  <span class="k-badge k-badge--bad">{{ t('console.users.blocked') }}</span>
                  <span class="k-soft why">{{ user.blocked_at | day }}: {{ user.block_reason }}</span>
                } @else {
                  <span class="k-soft">{{ t('console.users.since', { day: (user.created_at | day) }) }}</span>
                  @if (user.second_factor) {
                    <span class="k-soft why">{{ t('console.users.factor') }}</span>
                  }
                }
              </p>
              <div class="acts">
                <a
                  class="k-btn k-btn--plain"
                  routerLink="/audit"
                  [queryParams]="{ actor_id: user.id }"
                  [attr.aria-label]="t('console.users.deeds_named', { name: user.name })"
                >
                  {{ t('console.users.deeds') }}
                </a>
                @if (user.kind === 'account') {
                  <button
                    type="button"
                    class="k-btn"
                    [attr.aria-label]="t('console.users.rights_named', { name: user.name })"
                    (click)="chosen.set(user)"
                  >
                    {{ t('console.users.rights') }}
                  </button>
                  @if (user.blocked_at) {
                    <button type="button" class="k-btn" [disabled]="doing.busy()" (click)="unblock(user)">
                      {{ t('console.users.unblock') }}
                    </button>
                  } @else if (user.id !== me()) {
                    <button type="button" class="k-btn" [disabled]="doing.busy()" (click)="block(user)">
                      {{ t('console.users.block') }}
                    </button>
                  }
                }
              </div>
            </li>
          }
        </ul>
      </c-listed>
      <k-dialog
        [open]="!!chosen()"
        (openChange)="$event || chosen.set(null)"
        [heading]="chosen()?.name ?? ''"
      >
        @if (chosen(); as user) {
          <div class="k-stack">
            <fieldset class="k-stack k-stack--tight">
              <legend class="k-label">{{ t('console.users.roles') }}</legend>
              @for (role of grantable; track role) {
                <label class="k-check">
                  <input
                    type="checkbox"
                    [checked]="user.roles.includes(role)"
                    [disabled]="doing.busy()"
                    (change)="change(user, role, $event)"
                  />
                  <span>
                    {{ t('console.users.role_' + role) }}
                    <span class="k-soft k-small why">{{ t('console.users.role_' + role + '_text') }}</span>
                  </span>
                </label>
              }
            </fieldset>
            <c-user-groups
              [user]="user"
              [groups]="groups()"
              (joined)="regroup(user, $event)"
              (made)="allGroups.reload()"
            />
          </div>
        }
      </k-dialog>
    </c-page>
  `,
  styles: [
    ROWS,
    `
      :host {
        --cols: minmax(160px, 1.2fr) minmax(170px, 1.1fr) minmax(160px, 1.1fr) 346px;
      }
      .why {
        display: block;
      }
      .marks {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s1);
      }
      .marks .k-badge {
        white-space: normal;
      }
    `,
  ],
})
export class UsersPage {
  readonly q = input<string>();
  readonly role = input<string>();
  protected readonly grantable = GRANTABLE;
  protected readonly chosen = signal<AdminUser | null>(null);
  protected readonly doing = acting();
  protected readonly me = computed(() => this.session.user()?.id);
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly confirm = inject(Confirm);
  private readonly transloco = inject(TranslocoService);
  protected readonly list = listOf<AdminUser>('/admin/users', () => ({ q: this.q(), role: this.role() }));
  protected readonly allGroups = resource({
    loader: ({ abortSignal }) => call(api.GET('/api/v1/admin/user-groups', { signal: abortSignal })),
  });
  protected readonly groups = computed(() => (this.allGroups.hasValue() ? this.allGroups.value().items : []));
  protected readonly roleOptions = choices(['', ...GRANTABLE], (value) =>
    value ? `console.users.role_${value}` : 'common.all',
  );

  protected worksAs(user: AdminUser): string[] {
    return user.roles.filter((role) => role !== 'buyer');
  }

  protected search(q: string): void {
    void this.router.navigate([], { queryParams: { q: q || null }, queryParamsHandling: 'merge' });
  }

  protected async change(user: AdminUser, role: string, event: Event): Promise<void> {
    const box = event.target as HTMLInputElement;
    const grant = box.checked;
    const say = (key: string): string =>
      this.transloco.translate(`console.users.${key}`, {
        name: user.name,
        role: this.transloco.translate(`console.users.role_${role}`),
      });
    if (role === 'admin' || !grant) {
      const part = grant ? 'grant' : 'withdraw';
      const question = { heading: say(`${part}_ask`), text: say(`${part}_text`), yes: say(part) };
      // Two dialogs at once would hide each other.
      this.chosen.set(null);
      const yes = await this.confirm.ask(question);
      if (yes === null) {
        this.chosen.set(user);
        return;
      }
    }
    const path = { user_id: user.id, role };
    const work = async (): Promise<void> => {
      const address = '/api/v1/admin/users/{user_id}/roles/{role}' as const;
      const answer = await call(
        grant ? api.PUT(address, { params: { path } }) : api.DELETE(address, { params: { path } }),
      );
      this.put({ ...user, roles: answer.roles });
    };
    const done = grant ? 'console.users.granted' : 'console.users.withdrawn';
    const fine = await this.doing.run(user.id, work, done, {
      role: this.transloco.translate(`console.users.role_${role}`),
    });
    if (!fine) box.checked = !grant;
  }

  protected regroup(user: AdminUser, groups: AdminUser['groups']): void {
    this.put({ ...user, groups });
    this.allGroups.reload();
  }

  private put(user: AdminUser): void {
    this.list.change((row) => row.id === user.id, user);
    if (this.chosen()) this.chosen.set(user);
  }

  protected async block(user: AdminUser): Promise<void> {
    const say = (key: string): string =>
      this.transloco.translate(`console.users.${key}`, { name: user.name });
    const reason = await this.confirm.ask({
      heading: say('block_ask'),
      text: say('block_text'),
      yes: say('block'),
      note: say('block_reason'),
    });
    if (reason === null) return;
    await this.doing.run(user.id, () => this.send(user, 'block', { reason }), 'console.users.blocked_now', {
      name: user.name,
    });
  }

  protected async unblock(user: AdminUser): Promise<void> {
    await this.doing.run(user.id, () => this.send(user, 'unblock'), 'console.users.unblocked_now', {
      name: user.name,
    });
  }

  private async send(user: AdminUser, deed: 'block' | 'unblock', body?: object): Promise<void> {
    const now = await ask<AdminUser>('POST', `/admin/users/{user_id}/${deed}`, {
      path: { user_id: user.id },
      ...(body ? { body } : {}),
    });
    this.list.change((row) => row.id === user.id, now);
  }
}
