import type { Routes } from '@angular/router';
import { SellPage } from './sell/sell-page';

export const routes: Routes = [
  { path: '', pathMatch: 'full', component: SellPage, title: 'pos.sell.title' },
  {
    path: 'receipts',
    title: 'pos.receipts.title',
    loadComponent: () => import('./records/receipts-page').then((m) => m.ReceiptsPage),
  },
  {
    path: 'receipts/:number',
    title: 'pos.receipts.title',
    loadComponent: () => import('./records/receipt-page').then((m) => m.ReceiptPage),
  },
  {
    path: 'receipts/:number/refund',
    title: 'pos.receipt.refund',
    loadComponent: () => import('./records/refund-page').then((m) => m.RefundPage),
  },
  {
    path: 'pickups',
    title: 'pos.pickups.title',
    loadComponent: () => import('./pickups/pickups-page').then((m) => m.PickupsPage),
  },
  {
    path: 'shift',
    title: 'pos.shift.title',
    loadComponent: () => import('./shift/shift-page').then((m) => m.ShiftPage),
  },
  {
    path: 'state',
    title: 'pos.state.title',
    loadComponent: () => import('./state/state-page').then((m) => m.StatePage),
  },
  { path: '**', redirectTo: '' },
];
