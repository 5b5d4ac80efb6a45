import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Variant } from './data';
import { attributeName } from './names';
import { type Chosen, choices } from './variants';

/** Size × colour: what cannot be had with the rest of the choice is struck out, and can be chosen all the same. */
@Component({
  selector: 'k-variant-choice',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @for (choice of all(); track choice.name) {
        <fieldset [id]="'choice-' + choice.name" [attr.aria-invalid]="wanted() === choice.name || null">
          <legend>
            {{ name(choice.name, t) }}
            @if (chosen()[choice.name]; as value) {
              <span class="k-soft">{{ value }}</span>
            } @else if (wanted() === choice.name) {
              <span class="k-error" role="alert">{{ t('browse.choose_one') }}</span>
            }
          </legend>
          <div class="values">
            @for (option of choice.options; track option.value) {
              <label class="k-chip" [class.out]="option.state !== 'there'">
                <input
                  class="k-sr"
                  type="radio"
                  [name]="choice.name"
                  [value]="option.value"
                  [checked]="chosen()[choice.name] === option.value"
                  [attr.aria-label]="
                    option.state === 'there' ? null : t('browse.value_out', { value: option.value })
                  "
                  (change)="taken.emit({ name: choice.name, value: option.value })"
                />
                {{ option.value }}
              </label>
            }
          </div>
        </fieldset>
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--s4);
    }
    legend {
      display: flex;
      gap: var(--s2);
      align-items: baseline;
      margin-bottom: var(--s2);
      padding: 0;
      font-weight: 550;
    }
    legend span {
      font-weight: 400;
    }
    .values {
      display: flex;
      flex-wrap: wrap;
      gap: var(--s2);
    }
    .k-chip {
      position: relative;
      min-width: var(--touch);
      justify-content: center;
      border-radius: var(--radius);
      transition: background var(--motion);
    }
    .out:not(:has(:checked)) {
      border-style: dashed;
      color: var(--clay);
      text-decoration: line-through;
    }
    .out:has(:checked) {
      text-decoration: line-through;
    }
    .k-chip:has(:focus-visible) {
      outline: 3px solid var(--issyk);
      outline-offset: 2px;
    }
    [aria-invalid] .k-chip {
      border-color: var(--felt);
    }
  `,
})
export class VariantChoice {
  readonly variants = input.required<readonly Variant[]>();
  readonly chosen = input.required<Chosen>();
  /** The attribute that was forgotten. */
  readonly wanted = input<string | null>(null);
  readonly taken = output<{ name: string; value: string }>();
  protected readonly name = attributeName;
  protected readonly all = computed(() => choices(this.variants(), this.chosen()));
}
