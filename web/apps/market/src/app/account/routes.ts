import type { Routes } from '@angular/router';
import { signedIn } from '@kerben/core';
import { authRoutes } from '@kerben/features/auth';

/** Signing in and one's own account. */
export const accountRoutes: Routes = [
  ...authRoutes,
  {
    path: 'account',
    pathMatch: 'full',
    title: 'account.title',
    loadComponent: () => import('./account-page').then((m) => m.AccountPage),
  },
  {
    path: 'account/sessions',
    title: 'account.sessions',
    canActivate: [signedIn],
    loadComponent: () => import('./sessions-page').then((m) => m.SessionsPage),
  },
  {
    path: 'account/questions',
    title: 'account.questions',
    canActivate: [signedIn],
    loadComponent: () => import('./questions-page').then((m) => m.QuestionsPage),
  },
  {
    path: 'account/security',
    title: 'account.security',
    canActivate: [signedIn],
    loadComponent: () => import('./security-page').then((m) => m.SecurityPage),
  },
  {
    path: 'account/settings',
    title: 'account.settings',
    loadComponent: () => import('./settings-page').then((m) => m.SettingsPage),
  },
];
