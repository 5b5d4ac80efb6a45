import type { Routes } from '@angular/router';

export const buyRoutes: Routes = [
  {
    path: 'cart',
    title: 'buy.cart_title',
    loadComponent: () => import('./cart-page').then((m) => m.CartPage),
  },
  {
    path: 'checkout/:shopId',
    title: 'buy.checkout_title',
    loadComponent: () => import('./checkout-page').then((m) => m.CheckoutPage),
  },
  {
    path: 'orders',
    pathMatch: 'full',
    title: 'buy.orders_title',
    loadComponent: () => import('./orders-page').then((m) => m.OrdersPage),
  },
  {
    path: 'orders/:id',
    title: 'buy.order_title',
    loadComponent: () => import('./order-page').then((m) => m.OrderPage),
  },
];
