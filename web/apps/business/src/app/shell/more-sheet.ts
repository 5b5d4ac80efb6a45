import { ChangeDetectionStrategy, Component, computed, inject, model } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Session } from '@kerben/core';
import { Dialog, Icon, LanguageSelect, ThemeSelect } from '@kerben/design';
import { LogOut } from 'lucide';
import { CurrentShop } from './current-shop';
import { sectionsOf } from './nav';

/** The sections that have no place in the bar, language, look, the way out. */
@Component({
  selector: 'b-more-sheet',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Dialog, Icon, LanguageSelect, RouterLink, ThemeSelect, TranslocoDirective],
  template: `
    <k-dialog [(open)]="open" [heading]="wide() ? t('shell.settings') : t('shell.more')" *transloco="let t">
      <div class="k-stack">
        @if (!wide()) {
          <nav class="tiles" [attr.aria-label]="t('shell.more')">
            @for (section of rest(); track section.link) {
              <a [routerLink]="section.link" (click)="open.set(false)">
                <k-icon [of]="section.icon" />
                <span>{{ t('shell.' + section.text) }}</span>
              </a>
            }
          </nav>
        }
        <div class="selects">
          <k-language-select />
          <k-theme-select />
        </div>
        <div class="k-row k-row--between k-row--nowrap">
          <p class="k-grow">
            <span class="k-strong">{{ session.user()?.name }}</span><br />
            <span class="k-soft k-small">{{ session.user()?.phone ?? session.user()?.email }}</span>
          </p>
          <button type="button" class="k-btn" (click)="leave()">
            <k-icon [of]="out" [size]="18" /> {{ t('common.sign_out') }}
          </button>
        </div>
      </div>
    </k-dialog>
  `,
  styles: `
    .tiles {
      display: grid;
      grid-template-columns: repeat(3, 1fr);
      gap: var(--s2);
    }
    .tiles a {
      display: grid;
      justify-items: center;
      align-content: center;
      gap: var(--s1);
      min-height: 84px;
      padding: var(--s2);
      border: 1px solid var(--line);
      border-radius: var(--radius);
      color: var(--ink);
      font-size: var(--t-small);
      text-align: center;
      text-decoration: none;
    }
    .selects {
      display: grid;
      grid-template-columns: 1fr 1fr;
      gap: var(--s3);
    }
  `,
})
export class MoreSheet {
  readonly open = model(false);
  protected readonly session = inject(Session);
  private readonly current = inject(CurrentShop);
  private readonly router = inject(Router);
  protected readonly rest = computed(() => sectionsOf(this.current.role()).filter((s) => !s.handy));
  protected readonly out = LogOut;
  // Read when the sheet opens: on a wide screen the sections stand at the side already.
  protected readonly wide = computed(() => this.open() && matchMedia('(width >= 900px)').matches);

  protected async leave(): Promise<void> {
    this.open.set(false);
    await this.session.signOut();
    await this.router.navigateByUrl('/signin');
  }
}
