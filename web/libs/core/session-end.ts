import { Injectable, effect, inject } from '@angular/core';
import { type ActivatedRouteSnapshot, Router } from '@angular/router';
import { Session } from './session';

/** When the server ends the session while a page for signed-in people is open, it leads to sign in and back. */
@Injectable({ providedIn: 'root' })
export class SessionEnd {
  private readonly router = inject(Router);
  private readonly session = inject(Session);

  constructor() {
    effect(() => {
      if (this.session.ended() === 0 || !this.guarded()) return;
      void this.router.navigate(['/signin'], { queryParams: { next: this.router.url } });
    });
  }

  private guarded(): boolean {
    let at: ActivatedRouteSnapshot | null = this.router.routerState.snapshot.root;
    for (; at; at = at.firstChild) {
      if (at.routeConfig?.canActivate?.length || at.routeConfig?.canActivateChild?.length) return true;
    }
    return false;
  }
}
