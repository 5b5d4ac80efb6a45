import { Injectable, inject } from '@angular/core';
import { NavigationStart, Router } from '@angular/router';
import { SwUpdate } from '@angular/service-worker';
import { filter, take } from 'rxjs';

/** Takes a new version of the application at the next change of page, never in the middle of typing. */
@Injectable({ providedIn: 'root' })
export class Updates {
  private readonly worker = inject(SwUpdate);
  private readonly router = inject(Router);

  watch(): void {
    if (!this.worker.isEnabled) return;
    this.worker.versionUpdates
      .pipe(
        filter((event) => event.type === 'VERSION_READY'),
        take(1),
      )
      .subscribe(() => {
        this.router.events
          .pipe(
            filter((event) => event instanceof NavigationStart),
            take(1),
          )
          .subscribe((event) => location.assign(new URL(event.url.replace(/^\//, ''), document.baseURI)));
      });
    this.worker.unrecoverable.pipe(take(1)).subscribe(() => location.reload());
  }
}
