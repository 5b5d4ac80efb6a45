import type { Routes } from '@angular/router';

export const browseRoutes: Routes = [
  {
    path: '',
    pathMatch: 'full',
    title: 'browse.home_title',
    loadComponent: () => import('./home-page').then((m) => m.HomePage),
  },
  {
    path: 'search',
    title: 'browse.search_title',
    loadComponent: () => import('./search-page').then((m) => m.SearchPage),
  },
  {
    path: 'c/:id',
    title: 'browse.category_title',
    loadComponent: () => import('./category-page').then((m) => m.CategoryPage),
  },
  {
    path: 'p/:id',
    title: 'browse.product_title',
    loadComponent: () => import('./product-page').then((m) => m.ProductPage),
  },
  {
    path: 's/:id',
    title: 'browse.shop_title',
    loadComponent: () => import('./shop-page').then((m) => m.ShopPage),
  },
  {
    path: 'm/:slug',
    title: 'browse.place_title',
    loadComponent: () => import('./place-page').then((m) => m.PlacePage),
  },
];
