import { InjectionToken } from '@angular/core';
import type { Catalogue } from './languages';

/** The texts of an application: Russian at hand, the others loaded when chosen. */
export interface Catalogues {
  ru: Catalogue;
  ky: () => Promise<{ default: Catalogue }>;
  en: () => Promise<{ default: Catalogue }>;
}

export const CATALOGUES = new InjectionToken<Catalogues>('texts of the application');
