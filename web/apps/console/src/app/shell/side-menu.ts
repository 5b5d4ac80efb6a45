import {
  ChangeDetectionStrategy,
  Component,
  type ElementRef,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { NavigationEnd, Router, RouterLink, RouterLinkActive } from '@angular/router';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { TranslocoDirective } from '@jsverse/transloco';
import { Session } from '@kerben/core';
import { Icon } from '@kerben/design';
import { LogOut, Menu, ShieldCheck, X } from 'lucide';
import { filter } from 'rxjs';
import { PLACES } from './places';

/** The menu: at the side on a desk, behind a button on a phone. */
@Component({
  selector: 'c-menu',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouterLink, RouterLinkActive, TranslocoDirective],
  host: { '(keydown.escape)': 'close()' },
  template: `
    <header *transloco="let t">
      <a class="name" routerLink="/"
        >Kerben <span>{{ t('shell.console') }}</span></a
      >
      <button
        #toggle
        type="button"
        class="k-icon-btn"
        [attr.aria-expanded]="open()"
        aria-controls="menu"
        [attr.aria-label]="t(open() ? 'shell.close_menu' : 'shell.open_menu')"
        (click)="open.set(!open())"
      >
        <k-icon [of]="open() ? x : bars" />
      </button>
    </header>
    <div class="menu" id="menu" [class.open]="open()" *transloco="let t">
      <nav [attr.aria-label]="t('shell.places')">
        @for (place of places; track place.link) {
          <a
            [routerLink]="place.link"
            routerLinkActive="here"
            [routerLinkActiveOptions]="{ exact: place.link === '/' }"
            ariaCurrentWhenActive="page"
          >
            <k-icon [of]="place.icon" [size]="20" />{{ t('shell.' + place.text) }}
          </a>
        }
      </nav>
      <nav class="own" [attr.aria-label]="t('shell.own')">
        <a routerLink="/security" routerLinkActive="here"
          ><k-icon [of]="shield" [size]="20" />{{ session.user()?.name }}</a
        >
        <button type="button" (click)="signOut()">
          <k-icon [of]="out" [size]="20" />{{ t('common.sign_out') }}
        </button>
      </nav>
    </div>
  `,
  styles: `
    header {
      display: flex;
      align-items: center;
      justify-content: space-between;
      min-height: 64px;
      padding-inline: var(--s4) var(--s1);
      border-bottom: 1px solid var(--line);
      background: var(--card);
    }
    .name {
      color: var(--felt);
      font-size: var(--t-large);
      font-weight: 750;
      text-decoration: none;
    }
    .name span {
      color: var(--clay);
      font-size: var(--t-small);
      font-weight: 400;
    }
    .menu {
      display: none;
      gap: var(--s5);
      padding: var(--s3);
      border-bottom: 1px solid var(--line);
      background: var(--card);
    }
    .menu.open {
      display: grid;
    }
    nav,
    .own {
      display: grid;
      gap: 2px;
      align-content: start;
    }
    .own {
      gap: var(--s2);
      padding-top: var(--s3);
      border-top: 1px solid var(--line);
    }
    nav a,
    .own > a,
    .own > button {
      display: flex;
      align-items: center;
      gap: var(--s3);
      min-height: var(--touch);
      padding: 0 var(--s3);
      border: 0;
      border-radius: var(--radius-small);
      background: none;
      color: var(--ink);
      text-align: start;
      text-decoration: none;
      cursor: pointer;
    }
    nav a:hover,
    .own > a:hover,
    .own > button:hover {
      background: var(--sunken);
    }
    nav a.here,
    .own > a.here {
      background: var(--felt-soft);
      color: var(--felt);
      font-weight: 550;
    }
    @media (width >= 900px) {
      :host {
        position: sticky;
        top: 0;
        display: flex;
        flex-direction: column;
        height: 100dvh;
        border-inline-end: 1px solid var(--line);
        background: var(--card);
      }
      header {
        flex: none;
        padding-inline: var(--s5);
        border: 0;
      }
      header button {
        display: none;
      }
      .menu {
        display: grid;
        flex: 1;
        grid-template-rows: 1fr auto;
        overflow-y: auto;
        border: 0;
      }
      nav a,
      .own > a,
      .own > button {
        min-height: 42px;
      }
    }
  `,
})
export class SideMenu {
  protected readonly places = PLACES;
  protected readonly session = inject(Session);
  protected readonly open = signal(false);
  protected readonly bars = Menu;
  protected readonly x = X;
  protected readonly out = LogOut;
  protected readonly shield = ShieldCheck;
  private readonly toggle = viewChild.required<ElementRef<HTMLButtonElement>>('toggle');
  private readonly router = inject(Router);

  constructor() {
    this.router.events
      .pipe(
        filter((event) => event instanceof NavigationEnd),
        takeUntilDestroyed(),
      )
      .subscribe(() => this.open.set(false));
  }

  /** By the keyboard: the focus was perhaps on something that is hidden now. */
  protected close(): void {
    if (!this.open()) return;
    this.open.set(false);
    this.toggle().nativeElement.focus();
  }

  protected async signOut(): Promise<void> {
    await this.session.signOut();
    await this.router.navigateByUrl('/signin');
  }
}
