import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';

/** What speaks for a refund: files by number, anything else as it was written. */
@Component({
  selector: 'c-evidence',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <ul role="list" *transloco="let t">
      @for (proof of of(); track $index) {
        <li>
          @if (proof.startsWith('https://') || proof.startsWith('/media/')) {
            <a [href]="proof" target="_blank" rel="noopener">{{
              t('console.order.evidence_n', { n: $index + 1 })
            }}</a>
          } @else {
            {{ proof }}
          }
        </li>
      }
    </ul>
  `,
  styles: `
    ul {
      display: flex;
      flex-wrap: wrap;
      gap: var(--s1) var(--s4);
    }
    li {
      overflow-wrap: anywhere;
    }
  `,
})
export class Evidence {
  readonly of = input.required<readonly string[]>();
}
