import { Injectable, inject } from '@angular/core';
import { APP_BASE_HREF } from '@angular/common';
import { Router } from '@angular/router';
import type { Schemas } from '@kerben/api';
import { Session } from '@kerben/core';
import { ofAnotherApplication, safeNext } from './contact';

/** What follows a successful sign-in or sign-up. */
@Injectable({ providedIn: 'root' })
export class Entrance {
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly base = inject(APP_BASE_HREF, { optional: true }) ?? new URL(document.baseURI).pathname;

  async enter(answer: Schemas['SignedIn'], next: string | undefined): Promise<void> {
    await this.session.accept(answer);
    await this.go(next);
  }

  /** To `next` when it is an address of this site, home otherwise. */
  async go(next: string | undefined): Promise<void> {
    const to = safeNext(next);
    if (ofAnotherApplication(to, this.base)) location.assign(to);
    else await this.router.navigateByUrl(to);
  }
}
