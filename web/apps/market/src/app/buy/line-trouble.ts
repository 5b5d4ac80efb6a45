import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { QtyPipe } from '@kerben/core';
import type { CartLine } from './data';

/** Why a line cannot be ordered as it is, and a way to mend it; also that its price has changed. */
@Component({
  selector: 'k-line-trouble',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [QtyPipe, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (line().trouble; as trouble) {
        <p class="trouble" role="note">
          <span>
            @if (trouble === 'not_enough') {
              {{
                t('buy.trouble_not_enough', {
                  left: (line().stock_qty | qty) + ' ' + t('common.' + line().unit),
                })
              }}
            } @else {
              {{ t('buy.trouble_' + trouble) }}
            }
          </span>
          @if (trouble === 'not_enough') {
            <button type="button" class="k-btn k-btn--small" (click)="mend.emit(left())">
              {{ t('buy.take_left', { left: line().stock_qty | qty }) }}
            </button>
          }
        </p>
      }
      @if (line().price_was; as was) {
        <p class="k-small changed" [class.cheaper]="cheaper()">
          {{ t(cheaper() ? 'buy.cheaper' : 'buy.dearer', { was: was.display }) }}
        </p>
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--s1);
    }
    .trouble {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: var(--s2) var(--s3);
      color: var(--felt);
      font-size: var(--t-small);
    }
    .k-btn--small {
      min-height: var(--touch);
      color: var(--ink);
    }
    .changed {
      color: var(--apricot-ink);
    }
    .cheaper {
      color: var(--juniper);
    }
  `,
})
export class LineTrouble {
  readonly line = input.required<CartLine>();
  /** The quantity that can be had. */
  readonly mend = output<number>();
  protected readonly left = computed(() => Number(this.line().stock_qty));
  protected readonly cheaper = computed(
    () => this.line().unit_price.amount < (this.line().price_was?.amount ?? 0),
  );
}
