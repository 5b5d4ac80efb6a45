import { ChangeDetectionStrategy, Component, inject, input, model, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { parseMajor, roundQty } from '@kerben/core';
import { Icon, Picture, Toasts } from '@kerben/design';
import { Minus, Plus, X } from 'lucide';
import { parseQty, showMajor, showQty } from './quantities';
import { type Draft, type ScanLine, withLine, without } from './scan-draft';

/** The lines of a list that is being scanned: quantity, for goods in the cost too, away with undo. */
@Component({
  selector: 'b-scan-lines',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, Picture, TranslocoDirective],
  template: `
    <ul class="k-list" role="list" *transloco="let t">
      @for (line of draft().lines; track line.variantId) {
        <li [class.cost]="cost()">
          <k-picture [src]="line.picture" alt="" />
          <span class="what">
            <span class="name">{{ line.name }}</span>
            <span class="k-soft k-small">{{ line.details || line.sku }}</span>
          </span>
          <span class="qty">
            <button
              type="button"
              class="k-icon-btn"
              [attr.aria-label]="t('common.less')"
              [disabled]="line.qty <= 0"
              (click)="by(line, -1)"
            >
              <k-icon [of]="icons.minus" [size]="18" />
            </button>
            <input
              class="k-input k-num"
              [inputMode]="line.unit === 'kg' ? 'decimal' : 'numeric'"
              autocomplete="off"
              [attr.aria-label]="t('goods.qty_of', { name: line.name })"
              [value]="wrong()[line.variantId] ?? show(line.qty)"
              [attr.aria-invalid]="line.variantId in wrong()"
              (change)="typed(line, $any($event.target).value)"
              (focus)="$any($event.target).select()"
            />
            <button
              type="button"
              class="k-icon-btn"
              [attr.aria-label]="t('common.plus')"
              (click)="by(line, 1)"
            >
              <k-icon [of]="icons.plus" [size]="18" />
            </button>
          </span>
          @if (cost()) {
            <label class="money">
              <span class="k-small k-soft">{{ t('goods.cost_short') }}</span>
              <input
                class="k-input k-num"
                inputmode="decimal"
                autocomplete="off"
                [attr.aria-label]="t('goods.cost_of', { name: line.name })"
                [value]="wrong()[line.variantId + ':cost'] ?? (line.cost === null ? '' : major(line.cost))"
                [attr.aria-invalid]="line.variantId + ':cost' in wrong()"
                (change)="costTyped(line, $any($event.target).value)"
              />
            </label>
          }
          <button
            type="button"
            class="k-icon-btn away"
            [attr.aria-label]="t('goods.line_remove', { name: line.name })"
            (click)="remove(line)"
          >
            <k-icon [of]="icons.x" [size]="18" />
          </button>
        </li>
      }
    </ul>
  `,
  styles: `
    li {
      display: grid;
      grid-template-columns: 48px minmax(0, 1fr) var(--touch);
      grid-template-areas: 'picture what away' 'qty qty qty';
      align-items: center;
      gap: var(--s2) var(--s3);
    }
    li.cost {
      grid-template-areas: 'picture what away' 'qty qty qty' 'money money money';
    }
    k-picture {
      grid-area: picture;
      border-radius: var(--radius-small);
    }
    .what {
      grid-area: what;
      display: grid;
      line-height: 1.35;
    }
    .name {
      font-weight: 550;
    }
    .qty {
      grid-area: qty;
      display: grid;
      grid-template-columns: var(--touch) minmax(64px, 1fr) var(--touch);
    }
    .qty .k-input {
      text-align: center;
      font-weight: 600;
    }
    .qty [disabled] {
      color: var(--line-strong);
    }
    .money {
      grid-area: money;
      display: grid;
      grid-template-columns: auto minmax(0, 1fr);
      align-items: center;
      gap: var(--s3);
    }
    .away {
      grid-area: away;
      color: var(--clay);
    }
    @media (width >= 720px) {
      li,
      li.cost {
        grid-template-columns: 48px minmax(0, 1fr) auto auto var(--touch);
        grid-template-areas: 'picture what money qty away';
      }
      .qty {
        grid-template-columns: var(--touch) 88px var(--touch);
      }
      .money {
        width: 230px;
      }
    }
  `,
})
export class ScanLines {
  readonly draft = model.required<Draft>();
  readonly cost = input(false);
  /** What was typed and is no quantity or sum, by line. */
  readonly wrong = signal<Readonly<Record<string, string>>>({});
  protected readonly show = showQty;
  protected readonly major = showMajor;
  protected readonly icons = { minus: Minus, plus: Plus, x: X };
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  protected by(line: ScanLine, step: number): void {
    this.mark(line.variantId, null);
    this.draft.set(withLine(this.draft(), line.variantId, { qty: Math.max(0, roundQty(line.qty + step)) }));
  }

  protected typed(line: ScanLine, text: string): void {
    const qty = parseQty(text, line.unit);
    this.mark(line.variantId, qty === null ? text : null);
    if (qty !== null) this.draft.set(withLine(this.draft(), line.variantId, { qty }));
  }

  protected costTyped(line: ScanLine, text: string): void {
    const cost = text.trim() ? parseMajor(text) : null;
    const bad = !!text.trim() && cost === null;
    this.mark(`${line.variantId}:cost`, bad ? text : null);
    if (!bad) this.draft.set(withLine(this.draft(), line.variantId, { cost }));
  }

  protected remove(line: ScanLine): void {
    const before = this.draft();
    this.mark(line.variantId, null);
    this.mark(`${line.variantId}:cost`, null);
    this.draft.set(without(before, line.variantId));
    const back = (): void => {
      if (this.draft().lines.some((l) => l.variantId === line.variantId)) return;
      this.draft.set({ ...this.draft(), lines: [line, ...this.draft().lines], key: before.key });
    };
    const label = this.transloco.translate<string>('common.undo');
    this.toasts.good(this.transloco.translate('goods.line_removed'), { label, run: back });
  }

  private mark(key: string, text: string | null): void {
    const { [key]: _, ...rest } = this.wrong();
    this.wrong.set(text === null ? rest : { ...rest, [key]: text });
  }
}
