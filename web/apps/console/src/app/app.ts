import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Session } from '@kerben/core';
import { ConnectionBar, Themes, ToastList } from '@kerben/design';
import { SideMenu } from './shell/side-menu';
import { ConfirmDialog } from './ui/confirm';

/** The frame of the console: the menu for those who may work here, the page beside it. */
@Component({
  selector: 'app-root',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ConfirmDialog, ConnectionBar, RouterOutlet, SideMenu, ToastList, TranslocoDirective],
  template: `
    <a class="k-skip" href="#content" (click)="skip($event)" *transloco="let t">{{ t('common.skip') }}</a>
    <k-connection-bar />
    <div class="frame" [class.with-menu]="works()">
      @if (works()) {
        <c-menu />
      }
      <div class="page"><router-outlet /></div>
    </div>
    <c-confirm />
    <k-toasts />
  `,
  styles: `
    :host {
      --bar: 0px;
    }
    .page {
      min-width: 0;
    }
    @media (width >= 900px) {
      .with-menu {
        display: grid;
        grid-template-columns: 248px minmax(0, 1fr);
      }
    }
  `,
})
export class App {
  private readonly session = inject(Session);
  protected readonly works = computed(() => this.session.user()?.roles.includes('admin') ?? false);

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
