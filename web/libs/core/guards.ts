import { inject } from '@angular/core';
import { type CanActivateFn, Router } from '@angular/router';
import { Session } from './session';

/** Lets in who is signed in; others sign in first and come back. */
export const signedIn: CanActivateFn = (_, state) =>
  inject(Session).isSignedIn() ||
  inject(Router).createUrlTree(['/signin'], { queryParams: { next: state.url } });
