import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { showQty } from './quantities';
import { type Draft, difference, differences } from './scan-draft';

/** What a count says and the books do not, the missing goods first: `<b-count-review [draft]="draft()" />`. */
@Component({
  selector: 'b-count-review',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <div class="k-stack" *transloco="let t">
      <p>{{ t('goods.review_text', counts()) }}</p>
      @if (differing().length) {
        <div class="k-table-wrap" tabindex="0" role="region" [attr.aria-label]="t('goods.review')">
          <table class="k-table" [attr.aria-label]="t('goods.review')">
            <thead>
              <tr>
                <th scope="col">{{ t('goods.col_goods') }}</th>
                <th scope="col" class="k-num">{{ t('goods.expected') }}</th>
                <th scope="col" class="k-num">{{ t('goods.counted') }}</th>
                <th scope="col" class="k-num">{{ t('goods.difference') }}</th>
              </tr>
            </thead>
            <tbody>
              @for (line of differing(); track line.variantId) {
                <tr>
                  <td>
                    <span class="k-strong">{{ line.name }}</span><br /><span class="k-soft">{{
                      line.details || line.sku
                    }}</span>
                  </td>
                  <td class="k-num">{{ show(line.expected) }}</td>
                  <td class="k-num">{{ show(line.qty) }}</td>
                  <td class="k-num k-strong" [class.less]="line.by < 0" [class.more]="line.by > 0">
                    {{ line.by > 0 ? '+' : '' }}{{ show(line.by) }}
                  </td>
                </tr>
              }
            </tbody>
          </table>
        </div>
      } @else {
        <p class="k-notice k-notice--good">{{ t('goods.review_same') }}</p>
      }
    </div>
  `,
  styles: `
    .k-table-wrap:focus-visible {
      outline-offset: 0;
    }
    .less {
      color: var(--felt);
    }
    .more {
      color: var(--juniper);
    }
    @media (width < 600px) {
      .k-table th,
      .k-table td {
        padding-inline: var(--s2);
      }
      .k-table th {
        white-space: normal;
      }
    }
  `,
})
export class CountReview {
  readonly draft = input.required<Draft>();
  protected readonly show = showQty;
  protected readonly counts = computed(() => differences(this.draft()));
  protected readonly differing = computed(() =>
    this.draft()
      .lines.map((line) => ({ ...line, by: difference(line) }))
      .filter((line) => line.by !== 0)
      .sort((a, b) => a.by - b.by),
  );
}
