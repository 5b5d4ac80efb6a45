import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { CurrentShop } from '../shell/current-shop';
import { Differences } from './differences';
import { Devices } from './devices';
import { allowed } from './rights';
import { Shifts } from './shifts';

const TABS = ['devices', 'shifts', 'differences'] as const;
type Tab = (typeof TABS)[number];

/** Tills of the shop, their shifts, and where they and the books differ. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Devices, Differences, Shifts, TranslocoDirective],
  template: `
    <main class="k-page k-stack" id="content" *transloco="let t">
      <h1>{{ t('trade.tills.title') }}</h1>
      <div class="k-chips" role="group" [attr.aria-label]="t('trade.tills.which')">
        @for (one of tabs(); track one) {
          <button type="button" class="k-chip" [attr.aria-pressed]="shown() === one" (click)="go(one)">
            {{ t('trade.tills.tab_' + one) }}
          </button>
        }
      </div>
      @switch (shown()) {
        @case ('devices') {
          <b-devices />
        }
        @case ('shifts') {
          <b-shifts />
        }
        @case ('differences') {
          <b-differences />
        }
      }
    </main>
  `,
})
export class TillsPage {
  /** From the address. */
  readonly tab = input<string>();
  private readonly current = inject(CurrentShop);
  private readonly router = inject(Router);
  protected readonly tabs = computed(() =>
    TABS.filter((tab) => tab !== 'shifts' || allowed(this.current.role(), 'shifts')),
  );
  protected readonly shown = computed<Tab>(() => this.tabs().find((t) => t === this.tab()) ?? 'devices');

  protected go(tab: Tab): void {
    const queryParams = { tab: tab === 'devices' ? null : tab };
    void this.router.navigate([], { queryParams, replaceUrl: true });
  }
}
