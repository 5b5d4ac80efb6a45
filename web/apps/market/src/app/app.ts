import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { ConnectionBar, Themes, ToastList } from '@kerben/design';
import { BottomBar } from './shell/bottom-bar';
import { Footer } from './shell/footer';
import { TopBar } from './shell/top-bar';

/** The frame of the storefront: bars, the page between them, short messages. */
@Component({
  selector: 'app-root',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [BottomBar, ConnectionBar, Footer, RouterOutlet, ToastList, TopBar, TranslocoDirective],
  template: `
    <a class="k-skip" href="#content" (click)="skip($event)" *transloco="let t">{{ t('common.skip') }}</a>
    <k-connection-bar />
    <k-top-bar />
    <router-outlet />
    <k-footer />
    <k-bottom-bar />
    <k-toasts />
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      padding-bottom: calc(var(--bar) + env(safe-area-inset-bottom));
    }
    k-footer {
      margin-top: auto;
    }
    @media (width >= 720px) {
      :host {
        padding-bottom: 0;
      }
    }
  `,
})
export class App {
  constructor() {
    inject(Themes);
  }

  // A plain link to #content would go through the page's base address.
  protected skip(event: Event): void {
    event.preventDefault();
    const content = document.getElementById('content');
    content?.setAttribute('tabindex', '-1');
    content?.focus();
  }
}
