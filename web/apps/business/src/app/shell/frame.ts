import { ChangeDetectionStrategy, Component, effect, inject, signal, untracked } from '@angular/core';
import { Router, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Failed, Loading } from '@kerben/design';
import { Session } from '@kerben/core';
import { BottomBar } from './bottom-bar';
import { CurrentShop } from './current-shop';
import { MoreSheet } from './more-sheet';
import { ShopChooser } from './shop-chooser';
import { SideNav } from './side-nav';

/** Sections around the page of a shop. Who has no shop yet is led to open one. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [BottomBar, Failed, Loading, MoreSheet, RouterOutlet, ShopChooser, SideNav, TranslocoDirective],
  template: `
    @if (current.shop()) {
      <b-side-nav (settings)="more.set(true)" />
      <div class="column">
        <section class="head" *transloco="let t" [attr.aria-label]="t('shell.choose_shop')">
          <b-shop-chooser />
        </section>
        <router-outlet />
      </div>
      <b-bottom-bar (more)="more.set(true)" />
      <b-more-sheet [(open)]="more" />
    } @else {
      <main class="k-page" id="content" *transloco="let t">
        <h1 class="k-sr">{{ t('shell.cabinet_title') }}</h1>
        @if (current.own.error()) {
          <k-failed [error]="current.own.error()" (again)="current.reload()" />
        } @else {
          <k-loading />
        }
      </main>
    }
  `,
  styles: `
    :host {
      display: block;
      padding-bottom: calc(var(--bar) + env(safe-area-inset-bottom));
    }
    .head {
      padding: var(--s1) var(--s4);
      border-bottom: 1px solid var(--line);
      background: var(--card);
    }
    .column {
      min-width: 0;
    }
    @media (width >= 900px) {
      :host {
        display: grid;
        grid-template-columns: 264px minmax(0, 1fr);
        padding-bottom: 0;
      }
      .column {
        padding-inline: var(--s4);
      }
      .head {
        display: none;
      }
    }
    @media print {
      .head {
        display: none;
      }
    }
  `,
})
export class Frame {
  protected readonly current = inject(CurrentShop);
  protected readonly more = signal(false);
  private readonly router = inject(Router);
  private readonly session = inject(Session);

  constructor() {
    effect(() => {
      if (this.current.own.hasValue() && !this.current.shop()) {
        untracked(() => void this.router.navigateByUrl('/begin'));
      }
      // Ended elsewhere, or in another tab.
      if (!this.session.isSignedIn()) {
        const next = untracked(() => this.router.url);
        if (!next.startsWith('/signin')) {
          void this.router.navigate(['/signin'], { queryParams: { next } });
        }
      }
    });
  }
}
