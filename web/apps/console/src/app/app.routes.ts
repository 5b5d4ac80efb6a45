import type { Route, Routes } from '@angular/router';
import { signedIn } from '@kerben/core';
import { roles, signInRoutes } from '@kerben/features/auth';
import { secured } from './shell/secured';

const admin = roles(['admin'], '/denied');

const place = (path: string, title: string, loadComponent: Route['loadComponent'] & object): Route => ({
  path,
  title,
  canActivate: [admin, secured],
  loadComponent,
});

/** Every address of the console. */
export const routes: Routes = [
  ...signInRoutes,
  {
    path: 'denied',
    title: 'console.denied.title',
    canActivate: [signedIn],
    loadComponent: () => import('./pages/denied-page').then((m) => m.DeniedPage),
  },
  {
    path: 'security',
    title: 'console.security.title',
    canActivate: [admin],
    loadComponent: () => import('./pages/security-page').then((m) => m.SecurityPage),
  },
  {
    ...place('', 'shell.overview', () => import('./pages/overview-page').then((m) => m.OverviewPage)),
    pathMatch: 'full',
  },
  place('merchants', 'shell.merchants', () => import('./pages/merchants-page').then((m) => m.MerchantsPage)),
  place('categories', 'shell.categories', () =>
    import('./pages/categories-page').then((m) => m.CategoriesPage),
  ),
  place('users', 'shell.users', () => import('./pages/users-page').then((m) => m.UsersPage)),
  place('orders', 'shell.orders', () => import('./pages/orders-page').then((m) => m.OrdersPage)),
  place('orders/:id', 'shell.orders', () => import('./pages/order-page').then((m) => m.OrderPage)),
  place('tills', 'shell.tills', () => import('./pages/tills-page').then((m) => m.TillsPage)),
  place('payouts', 'shell.payouts', () => import('./pages/payouts-page').then((m) => m.PayoutsPage)),
  place('money', 'shell.money', () => import('./pages/money-page').then((m) => m.MoneyPage)),
  place('rates', 'shell.rates', () => import('./pages/rates-page').then((m) => m.RatesPage)),
  place('audit', 'shell.audit', () => import('./pages/audit-page').then((m) => m.AuditPage)),
  place('failures', 'shell.failures', () => import('./pages/failures-page').then((m) => m.FailuresPage)),
  place('sandbox', 'shell.sandbox', () => import('./pages/sandbox-page').then((m) => m.SandboxPage)),
  {
    path: '**',
    title: 'common.not_found_title',
    loadComponent: () => import('./pages/not-found-page').then((m) => m.NotFoundPage),
  },
];
