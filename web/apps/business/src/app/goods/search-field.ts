import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  inject,
  input,
  linkedSignal,
  output,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@kerben/design';
import { Search, X } from 'lucide';

const PAUSE_MS = 300;

/** Words that are looked for a moment after the last key: `<b-search [value]="q()" (changed)="find($event)" />`. */
@Component({
  selector: 'b-search',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <form role="search" (submit)="now($event)" *transloco="let t">
      <k-icon [of]="icons.search" [size]="20" />
      <input
        class="k-input"
        type="search"
        enterkeyhint="search"
        autocomplete="off"
        maxlength="200"
        [value]="text()"
        [placeholder]="label()"
        [attr.aria-label]="label()"
        (input)="later($event)"
      />
      @if (text()) {
        <button type="button" class="k-icon-btn" [attr.aria-label]="t('common.clear')" (click)="clear()">
          <k-icon [of]="icons.x" [size]="18" />
        </button>
      }
    </form>
  `,
  styles: `
    form {
      position: relative;
    }
    k-icon {
      pointer-events: none;
    }
    form > k-icon {
      position: absolute;
      inset-inline-start: var(--s3);
      top: 14px;
      color: var(--clay);
    }
    .k-input {
      padding-inline: calc(var(--s3) + 28px) var(--touch);
    }
    .k-input::-webkit-search-cancel-button {
      display: none;
    }
    .k-icon-btn {
      position: absolute;
      inset-inline-end: 0;
      top: 0;
    }
  `,
})
export class SearchField {
  readonly value = input('');
  readonly label = input.required<string>();
  readonly changed = output<string>();
  protected readonly text = linkedSignal(() => this.value());
  protected readonly icons = { search: Search, x: X };
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.timer));
  }

  protected later(event: Event): void {
    this.text.set((event.target as HTMLInputElement).value);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.changed.emit(this.text().trim()), PAUSE_MS);
  }

  protected now(event: Event): void {
    event.preventDefault();
    clearTimeout(this.timer);
    this.changed.emit(this.text().trim());
  }

  protected clear(): void {
    clearTimeout(this.timer);
    this.text.set('');
    this.changed.emit('');
  }
}
