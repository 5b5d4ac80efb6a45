import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Session } from '@kerben/core';
import { Ornament } from '@kerben/design';

/** Signed in, but not an administrator: why there is nothing here and what to do. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Ornament, TranslocoDirective],
  template: `
    <main class="k-page k-page--narrow" id="content" *transloco="let t">
      <k-ornament />
      <h1>{{ t('console.denied.title') }}</h1>
      <p class="k-soft">{{ t('console.denied.text', { name: session.user()?.name ?? '' }) }}</p>
      <div class="k-row">
        <a class="k-btn k-btn--primary" href="/">{{ t('console.denied.to_market') }}</a>
        <a class="k-btn" href="/business/">{{ t('console.denied.to_business') }}</a>
        <button type="button" class="k-btn k-btn--plain" (click)="another()">
          {{ t('console.denied.another') }}
        </button>
      </div>
    </main>
  `,
  styles: `
    main {
      display: grid;
      justify-items: center;
      gap: var(--s4);
      padding-top: var(--s8);
      text-align: center;
    }
    .k-row {
      justify-content: center;
    }
  `,
})
export class DeniedPage {
  protected readonly session = inject(Session);
  private readonly router = inject(Router);

  protected async another(): Promise<void> {
    await this.session.signOut();
    await this.router.navigateByUrl('/signin');
  }
}
