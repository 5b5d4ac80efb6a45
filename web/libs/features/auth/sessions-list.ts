import { ChangeDetectionStrategy, Component, computed, inject, resource, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call, type Schemas } from '@kerben/api';
import { AgoPipe } from '@kerben/core';
import { Dialog, Failed, Icon, Loading, Toasts } from '@kerben/design';
import { Monitor, Smartphone, Tablet, Terminal } from 'lucide';
import { deviceOf, placeOf } from './devices';

type OpenSession = Schemas['SessionView'];

const ICONS = { phone: Smartphone, tablet: Tablet, computer: Monitor, program: Terminal };

/** The devices on which the caller is signed in; the others can be signed out from here. */
@Component({
  selector: 'k-sessions-list',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AgoPipe, Dialog, Failed, Icon, Loading, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (sessions.hasValue()) {
        <ul class="k-list" role="list">
          @for (row of rows(); track row.session.id) {
            <li>
              <k-icon [of]="row.icon" />
              <div class="k-grow">
                <p class="k-strong">
                  {{ row.name || t('auth.device_' + row.device.kind) }}
                  @if (row.session.current) {
                    <span class="k-badge k-badge--good">{{ t('auth.this_device') }}</span>
                  }
                </p>
                <p class="k-soft k-small">
                  {{
                    row.place === 'internet'
                      ? t('auth.place_ip', { ip: row.session.ip })
                      : t('auth.place_' + row.place)
                  }}
                  · {{ row.session.current ? t('auth.now') : (row.session.used_at | ago) }}
                </p>
              </div>
              @if (!row.session.current) {
                <button
                  type="button"
                  class="k-btn"
                  [disabled]="busy()"
                  [attr.aria-label]="
                    t('auth.end_named', { name: row.name || t('auth.device_' + row.device.kind) })
                  "
                  (click)="end([row.session])"
                >
                  {{ t('auth.end') }}
                </button>
              }
            </li>
          }
        </ul>
        @if (others().length) {
          <button type="button" class="k-btn k-btn--danger" [disabled]="busy()" (click)="asking.set(true)">
            {{ t('auth.end_others', { n: others().length }) }}
          </button>
        } @else {
          <p class="k-soft">{{ t('auth.only_here') }}</p>
        }
        <k-dialog [(open)]="asking" [heading]="t('auth.end_others_title')">
          <div class="k-stack">
            <p>{{ t('auth.end_others_text') }}</p>
            <div class="k-row">
              <button type="button" class="k-btn k-btn--primary" (click)="end(others())">
                {{ t('auth.end_others_yes') }}
              </button>
              <button type="button" class="k-btn" (click)="asking.set(false)">
                {{ t('common.cancel') }}
              </button>
            </div>
          </div>
        </k-dialog>
      } @else if (sessions.error()) {
        <k-failed [error]="sessions.error()" (again)="sessions.reload()" />
      } @else {
        <k-loading [count]="3" />
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      justify-items: start;
      gap: var(--s4);
    }
    .k-list,
    k-loading,
    k-failed {
      width: 100%;
    }
    li {
      display: flex;
      align-items: center;
      gap: var(--s3);
    }
    li k-icon {
      color: var(--clay);
    }
    /* A closed dialog takes no row of the grid. */
    k-dialog {
      display: contents;
    }
    li .k-btn {
      flex: none;
      padding-inline: var(--s3);
      font-size: var(--t-small);
    }
    .k-badge {
      margin-inline-start: var(--s1);
    }
  `,
})
export class SessionsList {
  protected readonly sessions = resource({
    loader: ({ abortSignal }) => call(api.GET('/api/v1/auth/sessions', { signal: abortSignal })),
  });
  protected readonly busy = signal(false);
  protected readonly asking = signal(false);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  protected readonly rows = computed(() => {
    const all = this.sessions.hasValue() ? this.sessions.value().items : [];
    return [...all]
      .sort((a, b) => Number(b.current) - Number(a.current))
      .map((session) => {
        const device = deviceOf(session.user_agent);
        const name = [device.browser, device.system].filter(Boolean).join(' · ');
        return { session, device, name, icon: ICONS[device.kind], place: placeOf(session.ip) };
      });
  });
  protected readonly others = computed(() =>
    this.rows()
      .map((row) => row.session)
      .filter((session) => !session.current),
  );

  protected async end(sessions: readonly OpenSession[]): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.asking.set(false);
    try {
      for (const session of sessions) await this.endOne(session.id);
      this.toasts.good(this.transloco.translate('auth.ended', { n: sessions.length }));
    } catch (error) {
      this.toasts.bad(error);
    } finally {
      this.busy.set(false);
      this.sessions.reload();
    }
  }

  private async endOne(session_id: string): Promise<void> {
    try {
      await call(api.DELETE('/api/v1/auth/sessions/{session_id}', { params: { path: { session_id } } }));
    } catch (error) {
      // Ended meanwhile by itself or from elsewhere: that is what was wanted.
      if (!(error instanceof Problem && error.status === 404)) throw error;
    }
  }
}
