import { inject } from '@angular/core';
import { type CanActivateFn, type Routes, Router } from '@angular/router';
import { CurrentShop } from '../shell/current-shop';
import type { Duty } from '../shell/roles';
import { askToLeave } from './leave-guard';

/** Who may not do this is led to the list of goods; until the role is known the server decides. */
const duty =
  (wanted: Duty): CanActivateFn =>
  () => {
    const current = inject(CurrentShop);
    return current.role() === null || current.may(wanted) || inject(Router).createUrlTree(['/goods']);
  };

/** Goods, stock, scanning, files. */
export const goodsRoutes: Routes = [
  {
    path: 'goods',
    title: 'goods.title',
    loadComponent: () => import('./goods-list-page').then((m) => m.GoodsListPage),
  },
  {
    path: 'goods/new',
    title: 'goods.new_title',
    canActivate: [duty('goods')],
    canDeactivate: [askToLeave],
    loadComponent: () => import('./new-product-page').then((m) => m.NewProductPage),
  },
  {
    path: 'goods/import',
    title: 'goods.import_title',
    canActivate: [duty('goods')],
    loadComponent: () => import('./import-page').then((m) => m.ImportPage),
  },
  {
    path: 'goods/import/:id',
    title: 'goods.import_title',
    loadComponent: () => import('./import-run-page').then((m) => m.ImportRunPage),
  },
  {
    path: 'goods/:id',
    title: 'goods.title',
    canDeactivate: [askToLeave],
    loadComponent: () => import('./product-page').then((m) => m.ProductPage),
  },
  {
    path: 'stock',
    title: 'goods.stock_title',
    canActivate: [duty('stock')],
    loadComponent: () => import('./stock-page').then((m) => m.StockPage),
  },
  {
    path: 'stock/in',
    title: 'goods.goods_in_title',
    canActivate: [duty('stock')],
    data: { kind: 'goods_in' },
    loadComponent: () => import('./scan-page').then((m) => m.ScanPage),
  },
  {
    path: 'stock/count',
    title: 'goods.stocktake',
    canActivate: [duty('stock')],
    data: { kind: 'stocktake' },
    loadComponent: () => import('./scan-page').then((m) => m.ScanPage),
  },
];
