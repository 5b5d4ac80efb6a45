import { inject } from '@angular/core';
import { type CanActivateFn, Router } from '@angular/router';
import { api, call } from '@kerben/api';

// Once known to be set up it stays so for as long as the page is open: the server itself refuses otherwise.
let known = false;

/** An administrator's work needs the second factor: without it, to where it is set up. */
export const secured: CanActivateFn = async () => {
  if (known) return true;
  const router = inject(Router);
  try {
    const me = await call(api.GET('/api/v1/me'));
    known = me.second_factor || !me.second_factor_required;
  } catch {
    return true; // The page itself tells what is wrong.
  }
  return known || router.parseUrl('/security');
};
