import { ChangeDetectionStrategy, Component, effect, inject, signal } from '@angular/core';
import { Router, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Failed, Loading, Themes, ToastList } from '@kerben/design';
import { Awake } from './core/awake';
import { Desk } from './core/desk';
import { Till } from './core/till';
import { TillTitle } from './core/title';
import { PairPage } from './shell/pair-page';
import { Rail } from './shell/rail';
import { StatusBar } from './shell/status-bar';

/** The till's frame: its places, the bar that says what is wrong, the page. Unconnected it asks to be connected. */
@Component({
  selector: 'app-root',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Failed, Loading, PairPage, Rail, RouterOutlet, StatusBar, ToastList, TranslocoDirective],
  template: `
    @if (till.ready() && till.device()) {
      <a class="k-skip" href="#content" (click)="skip($event)" *transloco="let t">{{ t('common.skip') }}</a>
      <div class="frame">
        <k-rail />
        <k-status-bar />
        <div class="page"><router-outlet /></div>
      </div>
    } @else if (till.ready()) {
      <k-pair-page />
    } @else if (fault()) {
      <main id="content"><k-failed [error]="fault()" (again)="open()" /></main>
    } @else {
      <main id="content" class="k-page"><k-loading /></main>
    }
    <k-toasts />
  `,
  styles: `
    :host {
      --touch: 64px;
      /* The buttons that take money are at the bottom, also on a tablet. */
      --toast-top: var(--s2);
      --toast-bottom: auto;
    }
    /* Keys beside what is typed, so that all of it fits a tablet on its side. */
    @media (width >= 760px) {
      :host ::ng-deep dialog.k-dialog:has(k-pad) {
        width: min(760px, calc(100vw - 2 * var(--s4)));
      }
    }
    .frame {
      display: grid;
      grid-template: 'rail bar' auto 'rail page' minmax(0, 1fr) / auto minmax(0, 1fr);
      height: 100dvh;
    }
    k-rail {
      grid-area: rail;
    }
    k-status-bar {
      grid-area: bar;
    }
    .page {
      grid-area: page;
      min-height: 0;
      overflow-y: auto;
    }
    @media (width < 760px) {
      .frame {
        grid-template: 'bar' auto 'page' minmax(0, 1fr) 'rail' auto / minmax(0, 1fr);
      }
    }
    @media print {
      :host {
        color-scheme: light;
        background: #fff;
      }
      .frame {
        display: block;
        height: auto;
      }
      .page {
        overflow: visible;
      }
      k-toasts {
        display: none;
      }
    }
  `,
})
export class App {
  protected readonly till = inject(Till);
  private readonly desk = inject(Desk);
  protected readonly fault = signal<unknown>(null);

  constructor() {
    inject(Themes);
    inject(Awake);
    const [title, router] = [inject(TillTitle), inject(Router)];
    effect(() => {
      if (this.till.ready()) title.updateTitle(router.routerState.snapshot);
    });
    void this.open();
  }

  /** Without its database the till must not sell: nothing would be kept. */
  protected async open(): Promise<void> {
    this.fault.set(null);
    try {
      await this.till.open();
      this.desk.start();
    } catch (error) {
      this.fault.set(error);
    }
  }

  // A plain link to #content would go through the page's base address.
  protected skip(event: Event): void {
    event.preventDefault();
    const content = document.getElementById('content');
    content?.setAttribute('tabindex', '-1');
    content?.focus();
  }
}
