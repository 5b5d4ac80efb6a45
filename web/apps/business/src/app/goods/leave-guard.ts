import type { CanDeactivateFn } from '@angular/router';

/** A page that may hold what somebody has typed and not saved. */
export interface Leavable {
  /** Whether the page may be left; the page itself asks. */
  mayLeave(): boolean | Promise<boolean>;
}

export const askToLeave: CanDeactivateFn<Leavable> = (page) => page.mayLeave();
