import { Injectable, inject, signal } from '@angular/core';
import {
  DefaultTranspiler,
  type Translation,
  TranslocoService,
  type TranslocoLoader,
} from '@jsverse/transloco';
import { from, of, type Observable } from 'rxjs';
import { useDateWords } from './dates';
import { CATALOGUES } from './provide-token';

export type Language = 'ru' | 'ky' | 'en';

/** A tree of texts: `{ cart: { title: 'Корзина' } }`. */
export interface Catalogue {
  [key: string]: string | Catalogue;
}

export const LANGUAGES: readonly { id: Language; name: string }[] = [
  { id: 'ru', name: 'Русский' },
  { id: 'ky', name: 'Кыргызча' },
  { id: 'en', name: 'English' },
];

const KEY = 'kerben.language';

/** The language of the page; remembered on this device. */
@Injectable({ providedIn: 'root' })
export class Languages {
  private readonly transloco = inject(TranslocoService);
  readonly current = signal<Language>('ru');

  /** The language kept, or Russian. Called once at the start. */
  async begin(): Promise<void> {
    let kept: string | null = null;
    try {
      kept = localStorage.getItem(KEY);
    } catch {
      // Nothing is remembered without storage.
    }
    await this.use(LANGUAGES.some((l) => l.id === kept) ? (kept as Language) : 'ru', false);
  }

  async use(language: Language, remember = true): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.transloco.load(language).subscribe({ error: reject, complete: resolve });
    });
    document.documentElement.lang = language;
    // Not by its key: the catalogue is kept flat.
    const texts = Object.entries(this.transloco.getTranslation(language) as Record<string, string>);
    const dates = texts
      .filter(([key]) => key.startsWith('dates.'))
      .map(([key, text]) => [key.slice(6), text]);
    useDateWords(language, Object.fromEntries(dates) as Record<string, string>);
    this.transloco.setActiveLang(language);
    this.current.set(language);
    if (remember) {
      try {
        localStorage.setItem(KEY, language);
      } catch {
        // see above
      }
    }
  }
}

/** Catalogues come with the program: Russian at once, others as chunks of their own. */
@Injectable()
export class CatalogueLoader implements TranslocoLoader {
  private readonly catalogues = inject(CATALOGUES);

  getTranslation(language: string): Observable<Translation> {
    if (language === 'ru') return of(this.catalogues.ru);
    const load = language === 'ky' ? this.catalogues.ky : this.catalogues.en;
    return from(load().then((module) => module.default));
  }
}

const ORDER: Record<string, readonly Intl.LDMLPluralRule[]> = {
  ru: ['one', 'few', 'many'],
  ky: ['one', 'other'],
  en: ['one', 'other'],
};
const rules = new Map<string, Intl.PluralRules>();

/** The form of a word for a number: `plural('ru', 5, ['товар', 'товара', 'товаров'])`. */
export function plural(language: string, n: number, forms: readonly string[]): string {
  let rule = rules.get(language);
  if (!rule) {
    rule = new Intl.PluralRules(language);
    rules.set(language, rule);
  }
  const index = (ORDER[language] ?? ORDER['en']!).indexOf(rule.select(n));
  return forms[index] ?? forms[forms.length - 1] ?? '';
}

/** Besides `{{name}}` knows plurals: «{{n}} {n|товар|товара|товаров}», in English «{n|item|items}». */
@Injectable()
export class PluralTranspiler extends DefaultTranspiler {
  override transpile(arg: Parameters<DefaultTranspiler['transpile']>[0]): unknown {
    const text: unknown = super.transpile(arg);
    if (typeof text !== 'string' || !text.includes('|')) return text;
    const params = (arg.params ?? {}) as Record<string, unknown>;
    return text.replace(/\{(\w+)\|([^{}]+)\}/g, (_, name: string, forms: string) =>
      plural(document.documentElement.lang || 'ru', Number(params[name] ?? 0), forms.split('|')),
    );
  }
}
