import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { AgoPipe, DateTimePipe } from '@kerben/core';
import { Empty, Failed, Loading } from '@kerben/design';
import type { MarketTill } from '../data/admin';
import { ask, type PageOf } from '../data/ask';
import { paged } from '../ui/paged';
import { Chips, ConsolePage, More } from '../ui/parts';
import { ROWS } from '../ui/rows.css';

/** Tills of all shops: which are heard, which fell silent. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AgoPipe, Chips, ConsolePage, DateTimePipe, Empty, Failed, Loading, More, TranslocoDirective],
  template: `
    <c-page [heading]="t('shell.tills')" [text]="t('console.tills.text')" *transloco="let t">
      <c-chips [label]="t('console.tills.by_state')" name="status" [value]="status()" [options]="states()" />
      @if (list.error(); as error) {
        <k-failed [error]="error" (again)="list.reload()" />
      } @else if (list.shown(); as tills) {
        @if (tills.length) {
          <ul class="rows" role="list">
            @for (till of tills; track till.id) {
              <li>
                <p>
                  <span class="main">{{ till.shop?.name }}</span>
                  <span class="k-soft under">{{ till.name }}</span>
                </p>
                <p>{{ till.merchant?.name }}</p>
                <p>
                  @if (till.status === 'active') {
                    <span class="k-live">{{ t('console.tills.active') }}</span>
                  } @else {
                    <span class="k-badge" [class.k-badge--bad]="till.status === 'silent'">
                      {{ t('console.tills.' + till.status) }}
                    </span>
                  }
                </p>
                <p>
                  @if (till.last_heartbeat_at) {
                    {{ till.last_heartbeat_at | ago }}
                    <span class="k-soft under">{{ till.last_heartbeat_at | dateTime }}</span>
                  } @else {
                    <span class="k-soft">{{ t('console.tills.never') }}</span>
                  }
                </p>
                <p>
                  @if (till.open_discrepancies) {
                    <span class="k-badge k-badge--warn">
                      {{ t('console.tills.discrepancies', { n: till.open_discrepancies }) }}
                    </span>
                  }
                  @if (till.firmware_version) {
                    <span class="k-soft under">{{
                      t('console.tills.version', { v: till.firmware_version })
                    }}</span>
                  }
                </p>
              </li>
            }
          </ul>
          <c-more [list]="list" />
        } @else {
          <k-empty [heading]="t('console.tills.none')" [text]="t('console.none_filter')" />
        }
      } @else {
        <k-loading [count]="8" />
      }
    </c-page>
  `,
  styles: [
    ROWS,
    `
      :host {
        --cols: minmax(180px, 1.4fr) minmax(140px, 1fr) 170px 160px 170px;
      }
      @media (width < 1000px) {
        .rows > li {
          grid-template-columns: 1fr 1fr;
        }
      }
    `,
  ],
})
export class TillsPage {
  readonly status = input<string>();
  private readonly transloco = inject(TranslocoService);
  private readonly language = toSignal(this.transloco.langChanges$);
  protected readonly states = computed(() => {
    this.language();
    return ['', 'active', 'silent', 'closed', 'registered', 'revoked'].map((value) => ({
      value,
      label: this.transloco.translate<string>(value ? `console.tills.${value}` : 'common.all'),
    }));
  });
  protected readonly list = paged(
    () => ({ status: this.status() }),
    ({ status }, cursor, signal) =>
      ask<PageOf<MarketTill>>('GET', '/admin/pos-devices', {
        query: { status, cursor, limit: 50 },
        ...(signal ? { signal } : {}),
      }),
  );
}
