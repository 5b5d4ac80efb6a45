import { api, call, type paths } from '@kerben/api';

export interface PageOf<T> {
  items: T[];
  next_cursor?: string | null | undefined;
}

interface Init {
  path?: Record<string, string>;
  query?: Record<string, string | number | boolean | null | undefined>;
  body?: unknown;
  signal?: AbortSignal;
}

type Send = (path: string, init: object) => Promise<{ data?: unknown; error?: unknown; response: Response }>;

export type Route = keyof paths extends infer K ? (K extends `/api/v1${infer Rest}` ? Rest : never) : never;

/**
 * A call to one of the server's routes by its address after `/api/v1`; empty parameters are left out. Throws `Problem`.
 * For lists with many filters: the typed client wants every one of them in its own form.
 */
export async function ask<T>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: Route,
  init: Init = {},
): Promise<T> {
  const query = Object.fromEntries(
    Object.entries(init.query ?? {}).filter(
      ([, value]) => value !== null && value !== undefined && value !== '',
    ),
  );
  const send = (api as unknown as Record<string, Send>)[method]!;
  const answer = await call(
    send(`/api/v1${path}`, {
      params: { path: init.path ?? {}, query },
      ...(init.body === undefined ? {} : { body: init.body }),
      ...(init.signal ? { signal: init.signal } : {}),
    }),
  );
  return answer as T;
}
