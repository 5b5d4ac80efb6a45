import { ChangeDetectionStrategy, Component, input, model } from '@angular/core';
import { Icon } from '@kerben/design';
import { Search } from 'lucide';

/** What a list is searched by; its label stands inside while it is empty. */
@Component({
  selector: 'k-search-field',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon],
  template: `
    <label>
      <k-icon [of]="icon" />
      <span class="k-sr">{{ label() }}</span>
      <input
        #field
        class="k-input"
        type="search"
        autocomplete="off"
        [placeholder]="label()"
        [value]="text()"
        (input)="text.set(field.value)"
      />
    </label>
  `,
  styles: `
    label {
      position: relative;
      display: block;
    }
    k-icon {
      position: absolute;
      left: var(--s4);
      top: calc(var(--touch) / 2 - 11px);
      color: var(--clay);
    }
    input {
      padding-inline-start: 52px;
    }
  `,
})
export class SearchField {
  readonly text = model.required<string>();
  readonly label = input.required<string>();
  protected readonly icon = Search;
}
