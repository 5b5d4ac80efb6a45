import { ChangeDetectionStrategy, Component, computed, inject, output } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Session } from '@kerben/core';
import { Icon } from '@kerben/design';
import { Settings2 } from 'lucide';
import { CurrentShop } from './current-shop';
import { sectionsOf } from './nav';
import { ShopChooser } from './shop-chooser';

/** All sections at the side of a wide screen. */
@Component({
  selector: 'b-side-nav',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouterLink, RouterLinkActive, ShopChooser, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <section class="head" [attr.aria-label]="t('shell.choose_shop')">
        <a class="name" routerLink="/"
          >Kerben <span>{{ t('shell.cabinet') }}</span></a
        >
        <b-shop-chooser />
      </section>
      <nav [attr.aria-label]="t('shell.sections')">
        @for (section of sections(); track section.link) {
          <a
            [routerLink]="section.link"
            routerLinkActive="here"
            [routerLinkActiveOptions]="{ exact: section.link === '/' }"
            ariaCurrentWhenActive="page"
          >
            <k-icon [of]="section.icon" [size]="20" />
            <span>{{ t('shell.' + section.text) }}</span>
          </a>
        }
      </nav>
      <footer>
        <button type="button" class="who" (click)="settings.emit()">
          <span class="letter" aria-hidden="true">{{ letter() }}</span>
          <span class="k-grow">
            <span class="k-strong">{{ session.user()?.name }}</span>
            @if (current.role(); as role) {
              <span class="k-soft k-small">{{ t('staff_role.' + role) }}</span>
            }
          </span>
          <k-icon [of]="icon" [size]="20" />
          <span class="k-sr">{{ t('shell.settings') }}</span>
        </button>
      </footer>
    </ng-container>
  `,
  styles: `
    :host {
      position: sticky;
      top: 0;
      display: none;
      flex-direction: column;
      gap: var(--s4);
      height: 100dvh;
      padding: var(--s5) var(--s4) var(--s4);
      border-inline-end: 1px solid var(--line);
      background: var(--sunken);
      overflow-y: auto;
    }
    .head {
      display: grid;
      gap: var(--s4);
    }
    footer {
      margin-top: auto;
    }
    .name {
      padding-inline: var(--s3);
      color: var(--felt);
      font-size: var(--t-large);
      font-weight: 750;
      text-decoration: none;
    }
    .name span {
      color: var(--clay);
      font-size: var(--t-small);
      font-weight: 450;
    }
    nav {
      display: grid;
      gap: 2px;
    }
    nav a {
      display: flex;
      align-items: center;
      gap: var(--s3);
      min-height: var(--touch);
      padding: 0 var(--s3);
      border-radius: var(--radius);
      color: var(--ink);
      text-decoration: none;
    }
    nav a:hover {
      background: var(--card);
    }
    nav a.here {
      background: var(--card);
      color: var(--felt);
      font-weight: 600;
      box-shadow: inset 0 0 0 1px var(--line);
    }
    .who {
      display: flex;
      align-items: center;
      gap: var(--s3);
      width: 100%;
      padding: var(--s2) var(--s3);
      border: 0;
      border-radius: var(--radius);
      background: transparent;
      text-align: start;
      cursor: pointer;
    }
    .who:hover {
      background: var(--card);
    }
    .who .k-grow {
      display: grid;
      line-height: 1.3;
    }
    .letter {
      display: grid;
      place-items: center;
      flex: none;
      width: 36px;
      height: 36px;
      border-radius: 50%;
      background: var(--apricot-soft);
      color: var(--apricot-ink);
      font-weight: 650;
    }
    @media (width >= 900px) {
      :host {
        display: flex;
      }
    }
    @media print {
      :host {
        display: none;
      }
    }
  `,
})
export class SideNav {
  readonly settings = output<void>();
  protected readonly session = inject(Session);
  protected readonly current = inject(CurrentShop);
  protected readonly sections = computed(() => sectionsOf(this.current.role()));
  protected readonly letter = computed(() => (this.session.user()?.name ?? '').trim().charAt(0));
  protected readonly icon = Settings2;
}
