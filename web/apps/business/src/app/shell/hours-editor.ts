import { ChangeDetectionStrategy, Component, computed, model } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@kerben/design';
import { Coffee, X } from 'lucide';
import {
  type Break,
  type Day,
  type DayHours,
  type Hours,
  inOrder,
  newBreak,
  readHours,
  writeHours,
} from './hours';

/** Opening hours of a week: `<b-hours-editor [(hours)]="hours" />`. */
@Component({
  selector: 'b-hours-editor',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <fieldset class="k-stack k-stack--tight" *transloco="let t">
      <legend class="k-label">{{ t('shell.hours') }}</legend>
      <div class="days">
        @for (row of rows(); track row.day) {
          <div class="day">
            <label class="k-check">
              <input type="checkbox" [checked]="row.open" (change)="change(row.day, { open: !row.open })" />
              <span class="long">{{ t('shell.day_' + row.day) }}</span>
              <span class="short" aria-hidden="true">{{ t('shell.short_' + row.day) }}</span>
            </label>
            @if (row.open) {
              <input
                class="k-input k-num"
                type="time"
                [value]="row.from"
                [attr.aria-label]="t('shell.opens', { day: t('shell.day_' + row.day) })"
                (change)="change(row.day, { from: value($event) })"
              />
              <span aria-hidden="true">–</span>
              <input
                class="k-input k-num"
                type="time"
                [value]="row.to"
                [attr.aria-label]="t('shell.closes', { day: t('shell.day_' + row.day) })"
                (change)="change(row.day, { to: value($event) })"
              />
              @if (!row.breaks.length && offer(row); as free) {
                <button
                  type="button"
                  class="k-icon-btn"
                  [attr.aria-label]="t('shell.break_add', { day: t('shell.day_' + row.day) })"
                  [title]="t('shell.break')"
                  (click)="change(row.day, { breaks: [free] })"
                >
                  <k-icon [of]="icons.pause" [size]="20" />
                </button>
              }
              @for (one of row.breaks; track $index; let at = $index) {
                <span class="break k-soft">{{ t('shell.break') }}</span>
                <input
                  class="k-input k-num"
                  type="time"
                  [value]="one.from"
                  [attr.aria-label]="t('shell.break_from', { day: t('shell.day_' + row.day) })"
                  [attr.aria-invalid]="!fine(row)"
                  [attr.aria-describedby]="fine(row) ? null : 'break-' + row.day"
                  (change)="move(row, at, { from: value($event) })"
                />
                <span aria-hidden="true">–</span>
                <input
                  class="k-input k-num"
                  type="time"
                  [value]="one.to"
                  [attr.aria-label]="t('shell.break_to', { day: t('shell.day_' + row.day) })"
                  [attr.aria-invalid]="!fine(row)"
                  [attr.aria-describedby]="fine(row) ? null : 'break-' + row.day"
                  (change)="move(row, at, { to: value($event) })"
                />
                <button
                  type="button"
                  class="k-icon-btn"
                  [attr.aria-label]="t('shell.break_remove', { day: t('shell.day_' + row.day) })"
                  (click)="drop(row, at)"
                >
                  <k-icon [of]="icons.x" [size]="20" />
                </button>
              }
              @if (!fine(row)) {
                <small class="k-error wrong" [id]="'break-' + row.day">{{ t('shell.break_wrong') }}</small>
              }
            } @else {
              <span class="closed k-soft">{{ t('shell.day_off') }}</span>
            }
          </div>
        }
      </div>
      <button type="button" class="k-btn k-btn--small same" (click)="likeMonday()">
        {{ t('shell.like_monday') }}
      </button>
    </fieldset>
  `,
  styles: `
    .days {
      display: grid;
      gap: var(--s1);
    }
    .day {
      display: grid;
      grid-template-columns: minmax(116px, 1fr) minmax(92px, 116px) auto minmax(92px, 116px) var(--touch);
      align-items: center;
      gap: var(--s2);
      min-height: var(--touch);
    }
    .break,
    .wrong {
      grid-column-start: 1;
    }
    .break {
      font-size: var(--t-small);
    }
    .wrong {
      grid-column-end: -1;
    }
    .closed {
      grid-column: 2 / -1;
      padding-inline-start: var(--s3);
    }
    .k-input {
      min-width: 0;
      padding-inline: var(--s2);
      text-align: center;
    }
    .k-input::-webkit-calendar-picker-indicator {
      display: none;
    }
    .short {
      display: none;
    }
    @media (width < 520px) {
      .day {
        grid-template-columns: 76px minmax(72px, 1fr) auto minmax(72px, 1fr) var(--touch);
        gap: var(--s1);
      }
      .short {
        display: inline;
      }
      .long {
        position: absolute;
        width: 1px;
        height: 1px;
        overflow: hidden;
        clip-path: inset(50%);
      }
    }
    .same {
      justify-self: start;
      min-height: var(--touch);
    }
    legend {
      padding: 0;
    }
  `,
})
export class HoursEditor {
  readonly hours = model.required<Hours>();
  protected readonly icons = { pause: Coffee, x: X };
  protected readonly offer = newBreak;
  protected readonly fine = inOrder;
  protected readonly rows = computed(() => readHours(this.hours()));

  protected change(day: Day, what: Partial<DayHours>): void {
    this.hours.set(writeHours(this.rows().map((row) => (row.day === day ? { ...row, ...what } : row))));
  }

  protected move(row: DayHours, at: number, what: Partial<Break>): void {
    this.change(row.day, { breaks: row.breaks.map((one, n) => (n === at ? { ...one, ...what } : one)) });
  }

  protected drop(row: DayHours, at: number): void {
    this.change(row.day, { breaks: row.breaks.filter((_, n) => n !== at) });
  }

  protected likeMonday(): void {
    const monday = this.rows()[0]!;
    this.hours.set(writeHours(this.rows().map((row) => ({ ...monday, day: row.day }))));
  }

  protected value(event: Event): string {
    return (event.target as HTMLInputElement).value || '00:00';
  }
}
