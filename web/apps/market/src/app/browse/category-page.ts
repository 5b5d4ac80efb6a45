import { ChangeDetectionStrategy, Component, computed, effect, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { PageTitle } from '@kerben/core';
import { Empty, Failed, Loading } from '@kerben/design';
import { Breadcrumbs } from './breadcrumbs';
import { Directory } from './directory';
import { Results } from './results';

/** The goods of a category and of all below it. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Breadcrumbs, Empty, Failed, Loading, Results, RouterLink, TranslocoDirective],
  template: `
    <main class="k-page" id="content" *transloco="let t">
      @if (category(); as category) {
        <k-breadcrumbs [category]="category.id" [above]="true" />
        <h1>{{ category.name }}</h1>
        @if (chips().length) {
          <nav class="k-chips" [attr.aria-label]="t('browse.subcategories')">
            @for (one of chips(); track one.id) {
              <a
                class="k-chip"
                [routerLink]="['/c', one.id]"
                [attr.aria-current]="one.id === category.id ? 'page' : null"
                >{{ one.name }}</a
              >
            }
          </nav>
        }
        <k-results [category]="category.id" />
      } @else if (directory.categories.hasValue()) {
        <h1 class="k-sr">{{ t('browse.category_title') }}</h1>
        <k-empty [heading]="t('browse.no_category')" [text]="t('browse.no_category_text')">
          <a class="k-btn k-btn--primary" routerLink="/">{{ t('common.to_home') }}</a>
        </k-empty>
      } @else if (directory.categories.error()) {
        <k-failed [error]="directory.categories.error()" (again)="directory.categories.reload()" />
      } @else {
        <k-loading kind="goods" [count]="8" />
      }
    </main>
  `,
  styles: `
    main {
      padding-top: var(--s3);
    }
    h1 {
      margin: var(--s1) 0 var(--s4);
    }
    .k-chips {
      margin-bottom: var(--s5);
    }
    @media (width < 720px) {
      .k-chips {
        flex-wrap: nowrap;
        margin-inline: calc(-1 * var(--s4));
        padding-inline: var(--s4);
        overflow-x: auto;
        scrollbar-width: none;
      }
      .k-chip {
        flex: none;
      }
    }
  `,
})
export class CategoryPage {
  readonly id = input.required<string>();
  protected readonly directory = inject(Directory);
  protected readonly category = computed(() => this.directory.category(this.id()));
  /** What is below; at the end of a branch its neighbours. */
  protected readonly chips = computed(() => {
    const below = this.directory.below(this.id());
    if (below.length) return below;
    const parent = this.category()?.parent_id;
    return parent ? this.directory.below(parent) : [];
  });

  constructor() {
    const title = inject(PageTitle);
    effect(() => {
      const name = this.category()?.name;
      if (name) title.set(name);
    });
  }
}
