import type { Routes } from '@angular/router';
import { signedIn } from '@kerben/core';

/** What stands outside the frame of a shop: somebody invited has no shop yet. */
export const openTradeRoutes: Routes = [
  {
    path: 'invite',
    title: 'trade.invite.title',
    canActivate: [signedIn],
    loadComponent: () => import('./invite-page').then((m) => m.InvitePage),
  },
];

/** Today, orders, requests, tills, money, staff, shops, audit. */
export const tradeRoutes: Routes = [
  {
    path: '',
    pathMatch: 'full',
    title: 'trade.today.title',
    loadComponent: () => import('./today-page').then((m) => m.TodayPage),
  },
  {
    path: 'orders',
    title: 'trade.orders.title',
    loadComponent: () => import('./orders-page').then((m) => m.OrdersPage),
  },
  {
    path: 'orders/new',
    title: 'trade.phone.title',
    loadComponent: () => import('./phone-order-page').then((m) => m.PhoneOrderPage),
  },
  {
    path: 'orders/:id',
    title: 'trade.orders.title',
    loadComponent: () => import('./order-page').then((m) => m.OrderPage),
  },
  {
    path: 'orders/:id/edit',
    title: 'trade.edit.title',
    loadComponent: () => import('./order-edit-page').then((m) => m.OrderEditPage),
  },
  {
    path: 'requests',
    title: 'trade.requests.title',
    loadComponent: () => import('./requests-page').then((m) => m.RequestsPage),
  },
  {
    path: 'tills',
    title: 'trade.tills.title',
    loadComponent: () => import('./tills-page').then((m) => m.TillsPage),
  },
  {
    path: 'money',
    title: 'trade.money.title',
    loadComponent: () => import('./money-page').then((m) => m.MoneyPage),
  },
  {
    path: 'staff',
    title: 'trade.staff.title',
    loadComponent: () => import('./staff-page').then((m) => m.StaffPage),
  },
  {
    path: 'shops',
    title: 'trade.shops.title',
    loadComponent: () => import('./shops-page').then((m) => m.ShopsPage),
  },
  // For those who have a shop already; the same page stands outside the frame for all others.
  ...openTradeRoutes,
  {
    path: 'audit',
    title: 'trade.audit.title',
    loadComponent: () => import('./audit-page').then((m) => m.AuditPage),
  },
];
