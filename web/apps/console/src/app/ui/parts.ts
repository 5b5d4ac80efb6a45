import {
  ChangeDetectionStrategy,
  Component,
  type ElementRef,
  afterRenderEffect,
  input,
  output,
  viewChildren,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@kerben/design';
import { Search } from 'lucide';
import type { Paged } from './paged';

/** A page of the console: its name, what it is for, and what follows. */
@Component({
  selector: 'c-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <main class="k-page k-page--wide k-stack" id="content">
      <header>
        <h1>{{ heading() }}</h1>
        @if (text()) {
          <p class="k-soft">{{ text() }}</p>
        }
      </header>
      <ng-content />
    </main>
  `,
  styles: `
    header {
      display: grid;
      gap: var(--s1);
      max-width: 80ch;
      text-wrap: pretty;
    }
  `,
})
export class ConsolePage {
  readonly heading = input.required<string>();
  readonly text = input('');
}

/** «Показать ещё» under a list that has more. */
@Component({
  selector: 'c-more',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    @if (list().hasMore()) {
      <button
        type="button"
        class="k-btn"
        [disabled]="list().busy()"
        (click)="list().more()"
        *transloco="let t"
      >
        {{ t('common.more') }}
      </button>
    }
  `,
  styles: ':host{display:flex;justify-content:center}:host:empty{display:none}',
})
export class More {
  readonly list = input.required<Pick<Paged<unknown>, 'hasMore' | 'busy' | 'more'>>();
}

/** A choice among a few values of a filter; it stands in the address, so that it can be linked to and gone back from. */
@Component({
  selector: 'c-chips',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [RouterLink],
  template: `
    <nav class="k-chips" [attr.aria-label]="label()">
      @for (option of options(); track option.value) {
        <a
          class="k-chip"
          [routerLink]="[]"
          [queryParams]="query(option.value)"
          queryParamsHandling="merge"
          [attr.aria-current]="(value() ?? '') === option.value ? 'true' : null"
          #chip
          >{{ option.label }}</a
        >
      }
    </nav>
  `,
  styles: `
    :host {
      min-width: 0;
    }
    .k-chip {
      flex: none;
      padding-inline: var(--s3);
      font-size: var(--t-small);
    }
    .k-chips {
      position: relative;
    }
    /* On a phone a choice is one line that is drawn sideways, up to the edges of the screen. */
    @media (width < 720px) {
      :host {
        width: 100%;
      }
      .k-chips {
        flex-wrap: nowrap;
        margin: calc(-1 * var(--s2)) calc(-1 * var(--s4));
        padding: var(--s2) var(--s4);
        overflow-x: auto;
        scrollbar-width: none;
      }
    }
  `,
})
export class Chips {
  readonly label = input.required<string>();
  /** The parameter of the address. */
  readonly name = input.required<string>();
  readonly value = input<string | undefined>();
  readonly options = input.required<readonly { value: string; label: string }[]>();

  private readonly chips = viewChildren<ElementRef<HTMLElement>>('chip');

  constructor() {
    // What is chosen is in sight, wherever in the line it stands.
    afterRenderEffect(() => {
      const at = this.options().findIndex((option) => option.value === (this.value() ?? ''));
      const chip = this.chips()[at]?.nativeElement;
      const line = chip?.parentElement;
      if (chip && line) line.scrollLeft = chip.offsetLeft - (line.clientWidth - chip.offsetWidth) / 2;
    });
  }

  protected query(value: string): Record<string, string | null> {
    return { [this.name()]: value || null };
  }
}

/** A field of search with its button. */
@Component({
  selector: 'c-search',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <form role="search" (submit)="submit($event, field.value)" *transloco="let t">
      <label class="k-field k-grow">
        <span>{{ label() }}</span>
        <input
          #field
          class="k-input"
          type="search"
          [value]="value() ?? ''"
          maxlength="100"
          autocomplete="off"
        />
      </label>
      <button type="submit" class="k-btn"><k-icon [of]="icon" [size]="18" /> {{ t('common.search') }}</button>
    </form>
  `,
  styles: `
    :host {
      flex: 1 1 320px;
      max-width: 560px;
    }
    form {
      display: flex;
      align-items: end;
      gap: var(--s2);
    }
    .k-btn {
      flex: none;
    }
  `,
})
export class SearchField {
  readonly label = input.required<string>();
  readonly value = input<string | undefined>();
  readonly searched = output<string>();
  protected readonly icon = Search;

  protected submit(event: Event, text: string): void {
    event.preventDefault();
    this.searched.emit(text.trim());
  }
}
