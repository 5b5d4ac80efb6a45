import { ChangeDetectionStrategy, Component, effect, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { PageTitle } from '@kerben/core';
import { Results } from './results';
import { SearchBox } from './search-box';

/** Search by words; without words everything there is, newest first. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Results, SearchBox, TranslocoDirective],
  template: `
    <main class="k-page" id="content" *transloco="let t">
      <h1 [class.k-sr]="!q()">{{ q() ? t('browse.search_for', { q: q() }) : t('browse.search_title') }}</h1>
      <k-search-box class="box" />
      <k-results />
    </main>
  `,
  styles: `
    main {
      padding-top: var(--s4);
    }
    h1 {
      margin-bottom: var(--s3);
      overflow-wrap: anywhere;
    }
    .box {
      margin-bottom: var(--s4);
    }
    @media (width < 720px) {
      h1 {
        position: absolute;
        width: 1px;
        height: 1px;
        margin: -1px;
        overflow: hidden;
        clip-path: inset(50%);
      }
    }
    @media (width >= 720px) {
      .box {
        display: none;
      }
    }
  `,
})
export class SearchPage {
  readonly q = input<string>();

  constructor() {
    const title = inject(PageTitle);
    effect(() => {
      const q = this.q();
      if (q) title.set(q);
    });
  }
}
