import { ChangeDetectionStrategy, Component, computed, inject, input, resource, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { api, call } from '@kerben/api';
import { DayPipe, PhonePipe, Session } from '@kerben/core';
import { Dialog, Empty, Failed, Loading } from '@kerben/design';
import type { AdminUser } from '../data/admin';
import { ask, type PageOf } from '../data/ask';
import { acting } from '../ui/acting';
import { Confirm } from '../ui/confirm';
import { paged } from '../ui/paged';
import { Chips, ConsolePage, More, SearchField } from '../ui/parts';
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
    Empty,
    Failed,
    Loading,
    More,
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
      @if (list.error(); as error) {
        <k-failed [error]="error" (again)="list.reload()" />
      } @else if (list.shown(); as users) {
        @if (users.length) {
          <ul class="rows" role="list">
            @for (user of users; track user.id) {
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
                </p>
                <p>
                  @if (user.blocked_at) {
                    <span class="k-badge k-badge--bad">{{ t('console.users.blocked') }}</span>
                    <span class="k-soft why">{{ user.blocked_at | day }}: {{ user.block_reason }}</span>
                  } @else {
                    <span class="k-soft">{{
                      t('console.users.since', { day: (user.created_at | day) })
                    }}</span>
                    @if (user.second_factor) {
                      <span class="k-soft why">{{ t('console.users.factor') }}</span>
                    }
                  }
                </p>
                <div class="acts">
                  <a class="k-btn k-btn--plain" routerLink="/audit" [queryParams]="{ actor_id: user.id }">
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
          <c-more [list]="list" />
        } @else {
          <k-empty [heading]="t('console.users.none')" [text]="t('console.users.none_text')" />
        }
      } @else {
        <k-loading [count]="8" />
      }
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
            <c-user-groups [user]="user.id" [groups]="groups()" (changed)="allGroups.reload()" />
          </div>
        }
      </k-dialog>
    </c-page>
  `,
  styles: [
    ROWS,
    `
      :host {
        --cols: minmax(180px, 1.4fr) minmax(150px, 1fr) minmax(170px, 1.2fr) 360px;
      }
      .why {
        display: block;
      }
      .marks {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s1);
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
  private readonly language = toSignal(this.transloco.langChanges$);
  protected readonly list = paged(
    () => ({ q: this.q(), role: this.role() }),
    (filters, cursor, signal) =>
      ask<PageOf<AdminUser>>('GET', '/admin/users', {
        query: { ...filters, cursor, limit: 50 },
        ...(signal ? { signal } : {}),
      }),
  );
  protected readonly allGroups = resource({
    loader: ({ abortSignal }) => call(api.GET('/api/v1/admin/user-groups', { signal: abortSignal })),
  });
  protected readonly groups = computed(() => (this.allGroups.hasValue() ? this.allGroups.value().items : []));
  protected readonly roleOptions = computed(() => {
    this.language();
    return ['', ...GRANTABLE].map((value) => ({
      value,
      label: this.transloco.translate<string>(value ? `console.users.role_${value}` : 'common.all'),
    }));
  });

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
      const now = { ...user, roles: answer.roles };
      this.list.change((row) => row.id === user.id, now);
      if (this.chosen()) this.chosen.set(now);
    };
    const done = grant ? 'console.users.granted' : 'console.users.withdrawn';
    const fine = await this.doing.run(user.id, work, done, {
      role: this.transloco.translate(`console.users.role_${role}`),
    });
    if (!fine) box.checked = !grant;
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
