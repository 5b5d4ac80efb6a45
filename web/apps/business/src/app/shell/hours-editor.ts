import { ChangeDetectionStrategy, Component, computed, model } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { type Day, type DayHours, type Hours, readHours, writeHours } from './hours';

/** Opening hours of a week: `<b-hours-editor [(hours)]="hours" />`. */
@Component({
  selector: 'b-hours-editor',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
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
      grid-template-columns: minmax(116px, 1fr) minmax(92px, 116px) auto minmax(92px, 116px);
      align-items: center;
      gap: var(--s2);
      min-height: var(--touch);
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
        grid-template-columns: 84px minmax(84px, 1fr) auto minmax(84px, 1fr);
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
  protected readonly rows = computed(() => readHours(this.hours()));

  protected change(day: Day, what: Partial<DayHours>): void {
    this.hours.set(writeHours(this.rows().map((row) => (row.day === day ? { ...row, ...what } : row))));
  }

  protected likeMonday(): void {
    const monday = this.rows()[0]!;
    this.hours.set(writeHours(this.rows().map((row) => ({ ...monday, day: row.day }))));
  }

  protected value(event: Event): string {
    return (event.target as HTMLInputElement).value || '00:00';
  }
}
