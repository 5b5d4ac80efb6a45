import { type ApplicationConfig } from '@angular/core';
import {
  TitleStrategy,
  provideRouter,
  withComponentInputBinding,
  withEnabledBlockingInitialNavigation,
  withInMemoryScrolling,
} from '@angular/router';
import { PageTitle, provideKerben } from '@kerben/core';
import ru from '../i18n/ru';
import { routes } from './app.routes';

export const config: ApplicationConfig = {
  providers: [
    provideRouter(
      routes,
      withComponentInputBinding(),
      // What the server put into the page stays until the page's own program has come.
      withEnabledBlockingInitialNavigation(),
      withInMemoryScrolling({ scrollPositionRestoration: 'enabled', anchorScrolling: 'enabled' }),
    ),
    { provide: TitleStrategy, useExisting: PageTitle },
    provideKerben({ ru, ky: () => import('../i18n/ky'), en: () => import('../i18n/en') }),
  ],
};
