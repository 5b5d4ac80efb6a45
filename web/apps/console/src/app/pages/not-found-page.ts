import { ChangeDetectionStrategy, Component } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Empty } from '@kerben/design';

@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Empty, RouterLink, TranslocoDirective],
  template: `
    <main class="k-page" id="content" *transloco="let t">
      <h1 class="k-sr">{{ t('common.not_found_title') }}</h1>
      <k-empty [heading]="t('common.not_found_title')" [text]="t('console.not_found')">
        <a class="k-btn k-btn--primary" routerLink="/">{{ t('common.to_home') }}</a>
      </k-empty>
    </main>
  `,
})
export class NotFoundPage {}
