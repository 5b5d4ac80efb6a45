import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { DateTimePipe, formatMoney } from '@kerben/core';
import type { AuditEntry } from '../data/admin';
import { Listed } from '../ui/listed';
import { listOf } from '../ui/paged';
import { ConsolePage } from '../ui/parts';
import { ROWS } from '../ui/rows.css';
import { ACTIONS, ENTITIES, ROLES, changesOf, isKnown, isSum } from './audit-words';

/** Who did what, with what stood before and after in words. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ConsolePage, DateTimePipe, Listed, TranslocoDirective],
  template: `
    <c-page [heading]="t('shell.audit')" [text]="t('console.audit.text')" *transloco="let t">
      <form class="tools" (submit)="$event.preventDefault()">
        <label class="k-field">
          <span>{{ t('console.audit.action') }}</span>
          <select #byAction class="k-select" (change)="set({ action: byAction.value })">
            <option value="" [selected]="!action()">{{ t('common.all') }}</option>
            @for (name of actions; track name) {
              <option [value]="name" [selected]="name === action()">
                {{ t('console.deed.' + key(name)) }}
              </option>
            }
          </select>
        </label>
        <label class="k-field">
          <span>{{ t('console.audit.entity') }}</span>
          <select #byEntity class="k-select" (change)="set({ entity: byEntity.value, entity_id: '' })">
            <option value="" [selected]="!entity()">{{ t('common.all') }}</option>
            @for (name of entities; track name) {
              <option [value]="name" [selected]="name === entity()">{{ t('console.entity.' + name) }}</option>
            }
          </select>
        </label>
        <label class="k-field">
          <span>{{ t('console.audit.since') }}</span>
          <input
            #from
            class="k-input"
            type="date"
            [value]="since() ?? ''"
            (change)="set({ since: from.value })"
          />
        </label>
        <label class="k-field">
          <span>{{ t('console.audit.until') }}</span>
          <input
            #to
            class="k-input"
            type="date"
            [value]="until() ?? ''"
            (change)="set({ until: to.value })"
          />
        </label>
        @if (actor_id() || entity_id()) {
          <button type="button" class="k-btn" (click)="set({ actor_id: '', entity_id: '' })">
            {{ t(actor_id() ? 'console.audit.one_person' : 'console.audit.one_thing') }}
          </button>
        }
      </form>
      <c-listed [list]="list" [none]="t('console.audit.none')" [noneText]="t('console.none_filter')">
        <ul class="rows" role="list">
          @for (entry of list.shown(); track entry.id) {
            <li>
              <p class="k-soft k-num">{{ entry.at | dateTime }}</p>
              <div>
                <p class="main">{{ t('console.deed.' + deed(entry)) }}</p>
                <p class="who">
                  @if (entry.actor_id; as actor) {
                    <button type="button" (click)="set({ actor_id: actor })">
                      {{ entry.actor_name ?? t('console.actor.' + role(entry)) }}
                    </button>
                    @if (entry.actor_name && entry.actor_name !== t('console.actor.' + role(entry))) {
                      <span class="k-soft">{{ t('console.actor.' + role(entry)) }}</span>
                    }
                  } @else {
                    <span class="k-soft">{{ t('console.actor.' + role(entry)) }}</span>
                  }
                  <button type="button" (click)="set({ entity: entry.entity, entity_id: entry.entity_id })">
                    {{ t('console.audit.all_of', { entity: t('console.entity.' + thing(entry)) }) }}
                  </button>
                </p>
              </div>
              <dl>
                @for (change of changes(entry); track change.field) {
                  <div>
                    <dt>{{ field(change.field) }}</dt>
                    <dd>
                      @if (change.before !== null) {
                        <del>{{ value(change.before, change.field) }}</del>
                      }
                      @if (change.after !== null) {
                        <ins>{{ value(change.after, change.field) }}</ins>
                      }
                    </dd>
                  </div>
                }
              </dl>
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
        --cols: 130px minmax(320px, 1.2fr) minmax(240px, 1.4fr);
      }
      .rows > li {
        align-items: start;
      }
      .k-field {
        width: min(100%, 220px);
      }
      .who {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 var(--s4);
      }
      .who button {
        min-height: 40px;
        padding: 0;
        border: 0;
        background: none;
        color: var(--issyk);
        text-decoration: underline;
        text-underline-offset: 3px;
        cursor: pointer;
      }
      dl {
        display: grid;
        gap: var(--s1);
      }
      dl div {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--s2);
      }
      dt {
        color: var(--clay);
      }
      dt::after {
        content: ':';
      }
      dd {
        overflow-wrap: anywhere;
      }
      del {
        color: var(--clay);
      }
      ins {
        text-decoration: none;
      }
      @media (width < 600px) {
        .tools .k-field {
          width: calc(50% - var(--s2));
        }
      }
      del + ins::before {
        content: ' → ';
        color: var(--clay);
      }
    `,
  ],
})
export class AuditPage {
  readonly action = input<string>();
  readonly entity = input<string>();
  readonly entity_id = input<string>();
  readonly actor_id = input<string>();
  readonly since = input<string>();
  readonly until = input<string>();
  protected readonly actions = ACTIONS;
  protected readonly entities = ENTITIES;
  private readonly router = inject(Router);
  private readonly transloco = inject(TranslocoService);
  protected readonly list = listOf<AuditEntry>('/admin/audit', () => ({
    action: this.action(),
    entity: this.entity(),
    entity_id: this.entity_id(),
    actor_id: this.actor_id(),
    since: midnight(this.since()),
    // The last day is inside.
    until: midnight(this.until(), 1),
  }));

  protected key(action: string): string {
    return action.replaceAll('.', '_');
  }

  protected deed(entry: AuditEntry): string {
    return ACTIONS.includes(entry.action) ? this.key(entry.action) : 'other';
  }

  protected thing(entry: AuditEntry): string {
    return ENTITIES.includes(entry.entity) ? entry.entity : 'other';
  }

  protected role(entry: AuditEntry): string {
    return ROLES.includes(entry.actor_role) ? entry.actor_role : 'other';
  }

  protected changes(entry: AuditEntry): ReturnType<typeof changesOf> {
    return changesOf(entry.before ?? null, entry.after ?? null);
  }

  protected field(path: string): string {
    return path
      .split('.')
      .map((part) => this.transloco.translate<string>(`console.field.${isKnown(part) ? part : 'other'}`))
      .join(' · ');
  }

  /** A value in words: yes and no, known names of states and roles, days, sums; of lists every part. */
  protected value(text: string, field: string): string {
    if (isSum(field, text)) return formatMoney(Number(text));
    return text
      .split(', ')
      .map((part) => this.word(part))
      .join(', ');
  }

  private word(text: string): string {
    if (/^\d{4}-\d\d-\d\dT/.test(text)) return new DateTimePipe().transform(text);
    if (/^-?\d+\.\d+$/.test(text)) return text.replace('.', ',');
    if (!/^[a-z_]+$/.test(text)) return text;
    const known = this.transloco.getTranslation(this.transloco.getActiveLang());
    const scopes = ['console.value', 'order_status', 'payment_method', 'staff_role', 'payout_status'];
    const scope = scopes.find((name) => `${name}.${text}` in known);
    return scope ? this.transloco.translate(`${scope}.${text}`) : text.replaceAll('_', ' ');
  }

  protected set(part: Record<string, string>): void {
    const queryParams = Object.fromEntries(
      Object.entries(part).map(([name, value]) => [name, value || null]),
    );
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge' });
  }
}

/** The start of a day in the market's time zone (UTC+6 all the year), `plus` days later. */
function midnight(day: string | undefined, plus = 0): string | undefined {
  const at = day ? Date.parse(`${day}T00:00:00+06:00`) : NaN;
  return Number.isNaN(at) ? undefined : new Date(at + plus * 86_400_000).toISOString();
}
