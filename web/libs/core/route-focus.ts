import { Injectable, inject } from '@angular/core';
import { NavigationEnd, Router } from '@angular/router';
import { filter, map, pairwise } from 'rxjs';

const path = (url: string): string => url.split(/[?#]/, 1)[0]!;

/** Puts the focus on the content of a new page, as a browser does; a change of the query alone leaves it. */
@Injectable({ providedIn: 'root' })
export class RouteFocus {
  private readonly router = inject(Router);

  watch(): void {
    this.router.events
      .pipe(
        filter((event) => event instanceof NavigationEnd),
        map((event) => path(event.urlAfterRedirects)),
        pairwise(),
        filter(([before, now]) => before !== now),
      )
      .subscribe(() => setTimeout(() => this.focus()));
  }

  private focus(): void {
    // A page that has put the focus into a field of its own keeps it.
    if (document.activeElement && document.activeElement !== document.body) return;
    const content = document.getElementById('content');
    content?.setAttribute('tabindex', '-1');
    content?.focus({ preventScroll: true });
  }
}
