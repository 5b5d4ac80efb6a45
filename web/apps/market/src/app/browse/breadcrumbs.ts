import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Directory } from './directory';

/** The way from the first page to a category; `here` is added for the page itself. */
@Component({
  selector: 'k-breadcrumbs',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [RouterLink, TranslocoDirective],
  template: `
    <nav [attr.aria-label]="t('browse.breadcrumbs')" *transloco="let t">
      <ol role="list">
        <li>
          <a routerLink="/">{{ t('browse.home') }}</a>
        </li>
        @for (category of trail(); track category.id) {
          <li>
            <a [routerLink]="['/c', category.id]">{{ category.name }}</a>
          </li>
        }
      </ol>
    </nav>
  `,
  styles: `
    nav {
      min-height: 32px;
    }
    ol {
      display: flex;
      flex-wrap: wrap;
      color: var(--clay);
      font-size: var(--t-small);
    }
    li + li::before {
      content: '/';
      margin-inline: var(--s2);
      color: var(--line-strong);
    }
    a {
      display: inline-block;
      padding-block: 6px;
      color: inherit;
      text-decoration: none;
    }
    a:hover {
      color: var(--issyk);
      text-decoration: underline;
    }
  `,
})
export class Breadcrumbs {
  /** The category whose way is shown, itself included unless `above`. */
  readonly category = input<string | null>(null);
  readonly above = input(false);
  private readonly directory = inject(Directory);
  protected readonly trail = computed(() => {
    const trail = this.directory.trail(this.category());
    return this.above() ? trail.slice(0, -1) : trail;
  });
}
