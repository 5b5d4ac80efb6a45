import { Injectable, inject } from '@angular/core';
import type { RouterStateSnapshot } from '@angular/router';
import { PageTitle } from '@kerben/core';
import { Till } from './till';

/** Without a device every address shows the page that connects one, and the title says so. */
@Injectable({ providedIn: 'root' })
export class TillTitle extends PageTitle {
  private readonly till = inject(Till);

  override buildTitle(state: RouterStateSnapshot): string | undefined {
    return this.till.ready() && !this.till.device() ? 'pos.pair.title' : super.buildTitle(state);
  }
}
