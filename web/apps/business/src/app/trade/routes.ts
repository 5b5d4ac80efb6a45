import type { Routes } from '@angular/router';

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
    path: 'requests',
    title: 'trade.requests.title',
    loadComponent: () => import('./requests-page').then((m) => m.RequestsPage),
  },
];

/** What stands outside the frame of a shop: somebody invited has no shop yet. */
export const openTradeRoutes: Routes = [];
