import { ChangeDetectionStrategy, Component, computed, inject, output } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@kerben/design';
import { Ellipsis } from 'lucide';
import { CurrentShop } from './current-shop';
import { sectionsOf } from './nav';

/** What is needed all day at the thumb, and «Ещё» for the rest. */
@Component({
  selector: 'b-bottom-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouterLink, RouterLinkActive, TranslocoDirective],
  template: `
    <nav [attr.aria-label]="t('shell.sections')" *transloco="let t">
      @for (section of handy(); track section.link) {
        <a
          [routerLink]="section.link"
          routerLinkActive="here"
          [routerLinkActiveOptions]="{ exact: section.link === '/' }"
          ariaCurrentWhenActive="page"
        >
          <k-icon [of]="section.icon" />
          <span>{{ t('shell.' + section.text) }}</span>
        </a>
      }
      <button type="button" (click)="more.emit()">
        <k-icon [of]="dots" />
        <span>{{ t('shell.more') }}</span>
      </button>
    </nav>
  `,
  styles: `
    nav {
      position: fixed;
      z-index: 50;
      inset: auto 0 0;
      display: grid;
      grid-auto-flow: column;
      grid-auto-columns: 1fr;
      height: calc(var(--bar) + env(safe-area-inset-bottom));
      padding-bottom: env(safe-area-inset-bottom);
      border-top: 1px solid var(--line);
      background: var(--card);
    }
    a,
    button {
      display: grid;
      place-content: center;
      justify-items: center;
      gap: 2px;
      padding: 0;
      border: 0;
      background: transparent;
      color: var(--clay);
      font-size: 0.75rem;
      text-decoration: none;
      cursor: pointer;
    }
    .here {
      color: var(--felt);
      font-weight: 600;
    }
    @media (width >= 900px) {
      :host {
        display: none;
      }
    }
    @media print {
      :host {
        display: none;
      }
    }
  `,
})
export class BottomBar {
  readonly more = output<void>();
  private readonly current = inject(CurrentShop);
  protected readonly handy = computed(() => sectionsOf(this.current.role()).filter((s) => s.handy));
  protected readonly dots = Ellipsis;
}
