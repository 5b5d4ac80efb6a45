import { Injectable, computed, inject, signal } from '@angular/core';
import { api, call, connect, type Schemas } from '@kerben/api';
import { Connection } from './connection';
import { guestCart } from './guest';

export type SignedInUser = Schemas['UserView'];

interface Kept {
  access: string;
  refresh: string;
  /** Milliseconds since the epoch; the token is renewed a little before. */
  until: number;
  user: SignedInUser;
}

const KEY = 'kerben.session';
const EARLY_MS = 30_000;
/** Routes that take no token, or the caller's own. */
const OWN_CREDENTIALS = /^\/api\/v1\/(auth\/(refresh|signin|signup|codes|password)|pos\/)/;

/** Routes where 401 says something else than that the session is over: a mistyped code of the second factor. */
const ANSWERS_401 = /^\/api\/v1\/(auth\/(refresh|signin|signup|codes|password|2fa)|pos\/)/;

/** Who is signed in, on every page of this site and in every tab; renews the access token by itself. */
@Injectable({ providedIn: 'root' })
export class Session {
  private readonly kept = signal<Kept | null>(read());
  private readonly connection = inject(Connection);
  readonly user = computed(() => this.kept()?.user ?? null);
  readonly isSignedIn = computed(() => this.kept() !== null);
  /** Counts the times the server has ended the session, from another device or for good. */
  readonly ended = signal(0);

  constructor() {
    window.addEventListener('storage', (event) => {
      if (event.key === KEY) this.kept.set(read());
    });
    connect({
      onRequest: async ({ request, schemaPath }) => {
        if (!request.headers.has('Authorization') && !OWN_CREDENTIALS.test(schemaPath)) {
          const token = await this.token();
          if (token) request.headers.set('Authorization', `Bearer ${token}`);
        }
        // The service worker answers for a lost server; the program wants to know that it is lost.
        request.headers.set('ngsw-bypass', 'true');
        const cart = guestCart.get();
        if (cart && /^\/api\/v1\/(cart|orders|checkout)/.test(schemaPath))
          request.headers.set('X-Cart-Token', cart);
        return request;
      },
      onResponse: async ({ request, response, schemaPath }) => {
        this.connection.told(true);
        const sent = request.headers.get('Authorization');
        if (response.status === 401 && sent && !ANSWERS_401.test(schemaPath)) this.refused(sent.slice(7));
        return response;
      },
      onError: ({ error }) => {
        const aborted = error instanceof DOMException && error.name === 'AbortError';
        if (!aborted) this.connection.told(false);
        return undefined;
      },
    });
  }

  /** A valid access token, renewed when it is about to end; null when nobody is signed in. */
  async token(): Promise<string | null> {
    const now = this.kept();
    if (!now) return null;
    if (now.until - EARLY_MS > Date.now()) return now.access;
    return this.renew();
  }

  /** Takes the answer of a sign-in; a guest's cart goes into the account's. */
  async accept(answer: Schemas['SignedIn']): Promise<void> {
    this.keep({
      access: answer.access_token,
      refresh: answer.refresh_token,
      until: Date.now() + answer.expires_in * 1000,
      user: answer.user,
    });
    if (guestCart.get()) {
      try {
        await call(api.POST('/api/v1/cart/merge', {}));
        guestCart.clear();
      } catch {
        // The cart stays the guest's and is merged at the next sign-in.
      }
    }
  }

  async signOut(): Promise<void> {
    try {
      await call(api.POST('/api/v1/auth/signout', {}));
    } catch {
      // Signed out here all the same; the session ends by itself on the server.
    }
    this.keep(null);
  }

  /** The user's name or roles have changed. */
  update(user: SignedInUser): void {
    const now = this.kept();
    if (now) this.keep({ ...now, user });
  }

  private refused(access: string): void {
    // Ended from another device. Another tab may have renewed it meanwhile: only the refused one is dropped.
    if (this.kept()?.access !== access) return;
    this.keep(null);
    this.ended.update((n) => n + 1);
  }

  /** One tab renews, the others take what it got: a refresh token works once. */
  private async renew(): Promise<string | null> {
    const work = async (): Promise<string | null> => {
      const now = read();
      if (!now) {
        this.kept.set(null);
        return null;
      }
      if (now.until - EARLY_MS > Date.now()) {
        this.kept.set(now);
        return now.access;
      }
      try {
        const pair = await call(api.POST('/api/v1/auth/refresh', { body: { refresh_token: now.refresh } }));
        const next = { access: pair.access_token, refresh: pair.refresh_token };
        this.keep({ ...next, until: Date.now() + pair.expires_in * 1000, user: now.user });
        return pair.access_token;
      } catch (error) {
        const status = (error as { status?: number }).status ?? 0;
        if (status === 401 || status === 403) this.keep(null);
        return null;
      }
    };
    return navigator.locks ? navigator.locks.request('kerben.session', work) : work();
  }

  private keep(kept: Kept | null): void {
    this.kept.set(kept);
    try {
      if (kept) localStorage.setItem(KEY, JSON.stringify(kept));
      else localStorage.removeItem(KEY);
    } catch {
      // Without storage the session lasts as long as the page.
    }
  }
}

function read(): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null') as Kept | null;
  } catch {
    return null;
  }
}
