import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  inject,
  input,
  signal,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { TIME_ZONE } from '@kerben/core';
import { type Hours, openNow } from './hours';

const MINUTE_MS = 60_000;

/** «Открыто до 18:00», by the market's clock. */
@Component({
  selector: 'k-open-now',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @let now = state();
      @switch (now.state) {
        @case ('open') {
          <span class="open">{{ t('browse.open_until', { time: now.until }) }}</span>
        }
        @case ('around_the_clock') {
          <span class="open">{{ t('browse.around_the_clock') }}</span>
        }
        @case ('opens_today') {
          {{ t('browse.opens_today', { time: now.at }) }}
        }
        @case ('opens') {
          {{
            now.tomorrow
              ? t('browse.opens_tomorrow', { time: now.at })
              : t('browse.opens_on', { day: t('browse.day_' + now.day), time: now.at })
          }}
        }
        @case ('closed') {
          {{ t('browse.closed') }}
        }
        @default {
          {{ t('browse.hours_unknown') }}
        }
      }
    </ng-container>
  `,
  styles: `
    :host {
      color: var(--clay);
    }
    .open {
      color: var(--juniper);
    }
  `,
})
export class ShopOpenNow {
  readonly hours = input.required<Hours>();
  private readonly now = signal(new Date());
  protected readonly state = computed(() => openNow(this.hours(), this.now(), TIME_ZONE));

  constructor() {
    const timer = setInterval(() => this.now.set(new Date()), MINUTE_MS);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }
}
