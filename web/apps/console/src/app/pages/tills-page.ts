import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { AgoPipe, DateTimePipe } from '@kerben/core';
import type { MarketTill } from '../data/admin';
import { Listed, choices } from '../ui/listed';
import { listOf } from '../ui/paged';
import { Chips, ConsolePage } from '../ui/parts';
import { ROWS } from '../ui/rows.css';
import { besides, programOf } from '../ui/words';

/** Tills of all shops: which are heard, which fell silent. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AgoPipe, Chips, ConsolePage, DateTimePipe, Listed, TranslocoDirective],
  template: `
    <c-page [heading]="t('shell.tills')" [text]="t('console.tills.text')" *transloco="let t">
      <c-chips [label]="t('console.tills.by_state')" name="status" [value]="status()" [options]="states()" />
      <c-listed [list]="list" [none]="t('console.tills.none')" [noneText]="t('console.none_filter')">
        <ul class="rows" role="list">
          @for (till of list.shown(); track till.id) {
            <li>
              <p>
                <span class="main">{{ till.shop?.name }}</span>
                @if (besides(till.shop?.name, till.merchant?.name); as seller) {
                  <span class="k-soft under">{{ seller }}</span>
                }
                <span class="k-soft under">{{ till.name }}</span>
              </p>
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
                @if (till.firmware_version; as said) {
                  @let program = programOf(said);
                  <span class="k-soft under">
                    {{ program.kind === 'browser' ? t('console.tills.program_browser') : program.name
                    }}{{ program.version ? ', ' + t('console.tills.version', { v: program.version }) : '' }}
                  </span>
                }
              </p>
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
        --cols: minmax(260px, 1.6fr) 190px minmax(160px, 1fr) minmax(160px, 1fr);
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
  protected readonly besides = besides;
  protected readonly programOf = programOf;
  protected readonly states = choices(['', 'active', 'silent', 'closed', 'registered', 'revoked'], (value) =>
    value ? `console.tills.${value}` : 'common.all',
  );
  protected readonly list = listOf<MarketTill>('/admin/pos-devices', () => ({ status: this.status() }));
}
