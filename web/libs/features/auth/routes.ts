import type { Routes } from '@angular/router';

/** Signing in and a new password, for an application whose people already have accounts. */
export const signInRoutes: Routes = [
  {
    path: 'signin',
    title: 'auth.signin_title',
    loadComponent: () => import('./sign-in-page').then((m) => m.SignInPage),
  },
  {
    path: 'reset',
    title: 'auth.reset_title',
    loadComponent: () => import('./reset-page').then((m) => m.ResetPage),
  },
];

/** Signing in and up and a new password, for the routes of an application; after it people go to `?next=`. */
export const authRoutes: Routes = [
  ...signInRoutes,
  {
    path: 'signup',
    title: 'auth.signup_title',
    loadComponent: () => import('./sign-up-page').then((m) => m.SignUpPage),
  },
];
