import { ChangeDetectionStrategy, Component, Injectable, inject, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { LANGUAGES, Languages, type Language } from '@kerben/core';

export type Theme = 'auto' | 'light' | 'dark';
const KEY = 'kerben.theme';

/** Light, dark or as the device has it; kept on this device. */
@Injectable({ providedIn: 'root' })
export class Themes {
  readonly current = signal<Theme>('auto');

  constructor() {
    try {
      const kept = localStorage.getItem(KEY);
      if (kept === 'light' || kept === 'dark') this.apply(kept);
    } catch {
      // Nothing is remembered without storage.
    }
  }

  use(theme: Theme): void {
    this.apply(theme);
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // see above
    }
  }

  private apply(theme: Theme): void {
    this.current.set(theme);
    if (theme === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }
}

/** The choice of language; every change shows at once. */
@Component({
  selector: 'k-language-select',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <label class="k-field" *transloco="let t">
      <span>{{ t('common.language') }}</span>
      <select class="k-select" [value]="languages.current()" (change)="use($event)">
        @for (language of all; track language.id) {
          <option [value]="language.id" [selected]="language.id === languages.current()" [lang]="language.id">
            {{ language.name }}
          </option>
        }
      </select>
    </label>
  `,
})
export class LanguageSelect {
  protected readonly languages = inject(Languages);
  protected readonly all = LANGUAGES;

  protected use(event: Event): void {
    void this.languages.use((event.target as HTMLSelectElement).value as Language);
  }
}

@Component({
  selector: 'k-theme-select',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <label class="k-field" *transloco="let t">
      <span>{{ t('common.theme') }}</span>
      <select class="k-select" [value]="themes.current()" (change)="use($event)">
        @for (theme of all; track theme) {
          <option [value]="theme" [selected]="theme === themes.current()">
            {{ t('common.theme_' + theme) }}
          </option>
        }
      </select>
    </label>
  `,
})
export class ThemeSelect {
  protected readonly themes = inject(Themes);
  protected readonly all: readonly Theme[] = ['auto', 'light', 'dark'];

  protected use(event: Event): void {
    this.themes.use((event.target as HTMLSelectElement).value as Theme);
  }
}
