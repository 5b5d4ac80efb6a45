import type { Routes } from '@angular/router';
import { accountRoutes } from './account/routes';
import { browseRoutes } from './browse/routes';
import { buyRoutes } from './buy/routes';

/** Every address of the storefront; `routes.json` beside the shell tells the server the same. */
export const routes: Routes = [
  ...browseRoutes,
  { path: 'map', title: 'map.title', loadComponent: () => import('./map/map-page').then((m) => m.MapPage) },
  ...buyRoutes,
  ...accountRoutes,
  {
    path: '**',
    title: 'common.not_found_title',
    loadComponent: () => import('./shell/not-found').then((m) => m.NotFound),
  },
];
