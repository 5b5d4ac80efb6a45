import { inject } from '@angular/core';
import { type CanActivateFn, Router } from '@angular/router';
import { Session } from '@kerben/core';

/**
 * Lets in who has one of the platform's roles. Others sign in first; who is signed in without the role goes to
 * `otherwise`, a page that explains it.
 */
export function roles(wanted: readonly string[], otherwise: string): CanActivateFn {
  return (_, state) => {
    const user = inject(Session).user();
    const router = inject(Router);
    if (!user) return router.createUrlTree(['/signin'], { queryParams: { next: state.url } });
    return user.roles.some((role) => wanted.includes(role)) || router.parseUrl(otherwise);
  };
}
