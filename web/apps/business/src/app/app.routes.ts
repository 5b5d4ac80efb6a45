import type { Routes } from '@angular/router';
import { signedIn } from '@kerben/core';
import { authRoutes } from '@kerben/features/auth';
import { goodsRoutes } from './goods/routes';
import { openTradeRoutes, tradeRoutes } from './trade/routes';

/** Every address of the cabinet, below /business/. */
export const routes: Routes = [
  ...authRoutes,
  {
    path: 'second-factor',
    title: 'shell.second_factor',
    canActivate: [signedIn],
    loadComponent: () => import('./shell/second-factor-page').then((m) => m.SecondFactorPage),
  },
  {
    path: 'begin',
    title: 'shell.begin_title',
    canActivate: [signedIn],
    loadComponent: () => import('./shell/begin-page').then((m) => m.BeginPage),
  },
  ...openTradeRoutes,
  {
    path: '',
    canActivate: [signedIn],
    loadComponent: () => import('./shell/frame').then((m) => m.Frame),
    children: [
      ...tradeRoutes,
      ...goodsRoutes,
      { path: '', pathMatch: 'full', redirectTo: 'goods' },
      {
        path: '**',
        title: 'common.not_found_title',
        loadComponent: () => import('./shell/not-found').then((m) => m.NotFound),
      },
    ],
  },
];
