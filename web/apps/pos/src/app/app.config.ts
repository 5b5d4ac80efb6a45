import { type ApplicationConfig } from '@angular/core';
import {
  TitleStrategy,
  provideRouter,
  withComponentInputBinding,
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
      withInMemoryScrolling({ scrollPositionRestoration: 'enabled', anchorScrolling: 'enabled' }),
    ),
    { provide: TitleStrategy, useExisting: PageTitle },
    provideKerben({ ru, ky: () => import('../i18n/ky'), en: () => import('../i18n/en') }),
  ],
};
