import {
  type EnvironmentProviders,
  inject,
  isDevMode,
  makeEnvironmentProviders,
  provideAppInitializer,
  provideBrowserGlobalErrorListeners,
} from '@angular/core';
import { provideServiceWorker } from '@angular/service-worker';
import { provideTransloco, provideTranslocoTranspiler } from '@jsverse/transloco';
import { CatalogueLoader, Languages, PluralTranspiler } from './languages';
import { CATALOGUES, type Catalogues } from './provide-token';
import { RouteFocus } from './route-focus';
import { Session } from './session';
import { SessionEnd } from './session-end';
import { Updates } from './updates';

/** What every application provides besides its routes. */
export function provideKerben(catalogues: Catalogues): EnvironmentProviders {
  return makeEnvironmentProviders([
    provideBrowserGlobalErrorListeners(),
    { provide: CATALOGUES, useValue: catalogues },
    provideTransloco({
      config: {
        availableLangs: ['ru', 'ky', 'en'],
        defaultLang: 'ru',
        fallbackLang: 'ru',
        reRenderOnLangChange: true,
        prodMode: !isDevMode(),
      },
      loader: CatalogueLoader,
    }),
    provideTranslocoTranspiler(PluralTranspiler),
    provideServiceWorker('ngsw-worker.js', {
      enabled: !isDevMode(),
      registrationStrategy: 'registerWhenStable:15000',
    }),
    provideAppInitializer(() => {
      inject(Session); // its middleware has to stand before the first call
      inject(Updates).watch();
      inject(RouteFocus).watch();
      inject(SessionEnd);
      return inject(Languages).begin();
    }),
  ]);
}
