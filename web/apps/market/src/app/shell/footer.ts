import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { NavigationEnd, Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { LanguageSelect, ThemeSelect } from '@kerben/design';
import { filter, map, startWith } from 'rxjs';

/** Language, look and the door for sellers, below every page on wide screens; on a phone below the first page only. */
@Component({
  selector: 'k-footer',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [LanguageSelect, RouterLink, ThemeSelect, TranslocoDirective],
  template: `
    <footer [class.always]="atHome()" *transloco="let t">
      <div class="inside">
        <div class="words">
          <p class="name">Kerben</p>
          <p class="k-soft k-small">{{ t('shell.about') }}</p>
        </div>
        <nav [attr.aria-label]="t('shell.more_links')">
          <a routerLink="/map">{{ t('shell.map') }}</a>
          <a routerLink="/orders">{{ t('shell.orders') }}</a>
          <a href="/business/">{{ t('shell.business') }}</a>
        </nav>
        <div class="choices">
          <k-language-select />
          <k-theme-select />
        </div>
      </div>
    </footer>
  `,
  styles: `
    footer {
      display: none;
      border-top: 1px solid var(--line);
      background: var(--sunken);
    }
    .always {
      display: block;
    }
    .inside {
      display: grid;
      gap: var(--s5);
      max-width: 1120px;
      margin: 0 auto;
      padding: var(--s6) var(--s4);
    }
    .name {
      color: var(--felt);
      font-size: var(--t-large);
      font-weight: 750;
    }
    .words p + p {
      max-width: 36ch;
    }
    nav {
      display: grid;
      justify-items: start;
    }
    nav a {
      display: inline-flex;
      align-items: center;
      min-height: var(--touch);
      color: var(--ink);
      text-decoration: none;
    }
    nav a:hover {
      color: var(--issyk);
      text-decoration: underline;
    }
    .choices {
      display: grid;
      grid-template-columns: 1fr 1fr;
      gap: var(--s3);
    }
    @media (width >= 720px) {
      footer {
        display: block;
      }
      .inside {
        grid-template-columns: 1.4fr 1fr 1.3fr;
        align-items: start;
      }
      nav {
        margin-top: calc(-1 * var(--s3));
      }
    }
  `,
})
export class Footer {
  private readonly router = inject(Router);
  private readonly url = toSignal(
    this.router.events.pipe(
      filter((event) => event instanceof NavigationEnd),
      map((event) => event.urlAfterRedirects),
      startWith(''),
    ),
    { requireSync: true },
  );
  protected readonly atHome = computed(() => /^\/($|[?#])/.test(this.url()));
}
