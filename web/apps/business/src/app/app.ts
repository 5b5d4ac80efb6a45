import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { ConnectionBar, Themes, ToastList } from '@kerben/design';
import { SecondFactorWatch } from './shell/second-factor-watch';

/** The cabinet: the state of the connection, the page (signing in, or the frame of a shop), short messages. */
@Component({
  selector: 'app-root',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ConnectionBar, RouterOutlet, ToastList, TranslocoDirective],
  template: `
    <a class="k-skip" href="#content" (click)="skip($event)" *transloco="let t">{{ t('common.skip') }}</a>
    <k-connection-bar />
    <router-outlet />
    <k-toasts />
  `,
})
export class App {
  constructor() {
    inject(Themes);
    inject(SecondFactorWatch).watch();
  }

  // A plain link to #content would go through the page's base address.
  protected skip(event: Event): void {
    event.preventDefault();
    const content = document.getElementById('content');
    content?.setAttribute('tabindex', '-1');
    content?.focus();
  }
}
