import { type ApplicationConfig } from '@angular/core';
import {
  PreloadAllModules,
  TitleStrategy,
  provideRouter,
  withComponentInputBinding,
  withInMemoryScrolling,
  withPreloading,
} from '@angular/router';
import { PageTitle, provideKerben } from '@kerben/core';
import ru from '../i18n/ru';
import { routes } from './app.routes';
import { TillTitle } from './core/title';

export const config: ApplicationConfig = {
  providers: [
    provideRouter(
      routes,
      withComponentInputBinding(),
      // A till has to work when the network is gone a moment later.
      withPreloading(PreloadAllModules),
      withInMemoryScrolling({ scrollPositionRestoration: 'enabled', anchorScrolling: 'enabled' }),
    ),
    { provide: TitleStrategy, useExisting: TillTitle },
    { provide: PageTitle, useExisting: TillTitle },
    provideKerben({ ru, ky: () => import('../i18n/ky'), en: () => import('../i18n/en') }),
  ],
};
