import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import type { Signal } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { Empty, Failed, Loading } from '@kerben/design';
import type { Paged } from './paged';
import { More } from './parts';

/** A list that comes page by page, in all its states: `<c-listed [list]="list" [none]="…"><ul class="rows">…`. */
@Component({
  selector: 'c-listed',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Empty, Failed, Loading, More],
  template: `
    @if (list().error(); as error) {
      <k-failed [error]="error" (again)="list().reload()" />
    } @else if (list().shown(); as rows) {
      @if (rows.length) {
        <ng-content />
        <c-more [list]="list()" />
      } @else {
        <k-empty [heading]="none()" [text]="noneText()" />
      }
    } @else {
      <k-loading [count]="count()" />
    }
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--s4);
    }
  `,
})
export class Listed {
  readonly list = input.required<Paged<unknown>>();
  /** What is said when there is nothing: a heading, and what would be here. */
  readonly none = input.required<string>();
  readonly noneText = input.required<string>();
  /** How many rows are drawn while the first ones are on their way. */
  readonly count = input(8);
}

export interface Choice {
  value: string;
  label: string;
}

/** Values of a filter with their words (`key` of the catalogue), in the language of the page. */
export function choices(values: readonly string[], key: (value: string) => string): Signal<Choice[]> {
  const transloco = inject(TranslocoService);
  const language = toSignal(transloco.langChanges$);
  return computed(() => {
    language();
    return values.map((value) => ({ value, label: transloco.translate(key(value)) }));
  });
}
