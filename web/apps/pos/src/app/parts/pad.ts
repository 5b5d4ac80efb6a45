import {
  ChangeDetectionStrategy,
  Component,
  type ElementRef,
  afterNextRender,
  input,
  model,
  output,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@kerben/design';
import { Delete } from 'lucide';

/** A number typed by keys or by large buttons. The first key replaces what was proposed. */
@Component({
  selector: 'k-pad',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <div class="top">
        <label class="shown">
          <span class="k-sr">{{ label() }}</span>
          <input
            #field
            class="k-num"
            inputmode="none"
            autocomplete="off"
            enterkeyhint="done"
            data-wedge="off"
            [value]="text()"
            [attr.aria-invalid]="invalid() || null"
            [attr.placeholder]="placeholder() || null"
            (input)="typed($event)"
            (keydown.enter)="$event.preventDefault(); enter.emit()"
          />
          @if (unit()) {
            <span class="unit k-soft" aria-hidden="true">{{ unit() }}</span>
          }
        </label>
        <ng-content />
      </div>
      <div class="keys" (mousedown)="$event.preventDefault()">
        @for (key of keys; track key) {
          @if (key !== ',' || decimals()) {
            <button type="button" class="k-btn" tabindex="-1" (click)="press(key)">{{ key }}</button>
          } @else {
            <span></span>
          }
        }
        <button
          type="button"
          class="k-btn"
          tabindex="-1"
          [attr.aria-label]="t('pos.pad.erase')"
          (click)="erase()"
        >
          <k-icon [of]="back" [size]="26" />
        </button>
      </div>
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--s3);
    }
    .top {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--s3);
      align-content: start;
      min-width: 0;
    }
    @media (width >= 760px) {
      :host {
        grid-template-columns: 1fr 1fr;
        gap: var(--s5);
      }
    }
    .shown {
      display: flex;
      align-items: baseline;
      gap: var(--s2);
      padding: var(--s2) var(--s4);
      border: 1px solid var(--line-strong);
      border-radius: var(--radius);
      background: var(--card);
    }
    .shown:focus-within {
      outline: 3px solid var(--issyk);
      outline-offset: 2px;
    }
    .shown:has([aria-invalid]) {
      border-color: var(--felt);
    }
    input {
      flex: 1;
      min-width: 0;
      min-height: 56px;
      border: 0;
      outline: 0;
      background: none;
      font-size: 1.75rem;
      font-weight: 650;
      text-align: end;
    }
    input::placeholder {
      color: var(--clay);
      font-weight: 400;
      opacity: 1;
    }
    .unit {
      font-size: var(--t-large);
    }
    .keys {
      display: grid;
      grid-template-columns: repeat(3, 1fr);
      gap: var(--s2);
    }
    .keys .k-btn {
      min-height: 64px;
      padding: 0;
      font-size: var(--t-large);
      font-variant-numeric: tabular-nums;
    }
  `,
})
export class Pad {
  readonly text = model.required<string>();
  readonly label = input.required<string>();
  readonly unit = input('');
  readonly placeholder = input('');
  readonly decimals = input(true);
  readonly invalid = input(false);
  /** Enter was pressed. */
  readonly enter = output<void>();

  protected readonly keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', ',', '0'];
  protected readonly back = Delete;
  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');
  private fresh = true;

  constructor() {
    afterNextRender(() => {
      const field = this.field().nativeElement;
      // After the dialog around it has opened and given the focus to its first button.
      setTimeout(() => {
        field.focus();
        field.select();
      });
    });
  }

  protected typed(event: Event): void {
    this.fresh = false;
    const field = event.target as HTMLInputElement;
    const clean = field.value.replace('.', ',').replace(/[^\d,]/g, '');
    if (clean !== field.value) field.value = clean;
    this.text.set(clean);
  }

  protected press(key: string): void {
    const before = this.fresh ? '' : this.text();
    this.fresh = false;
    if (key === ',' && before.includes(',')) return;
    this.text.set(key === ',' && !before ? '0,' : before + key);
  }

  protected erase(): void {
    this.text.set(this.fresh ? '' : this.text().slice(0, -1));
    this.fresh = false;
  }
}
