/**
 * The server's API, typed from its OpenAPI file.
 *
 * `call(api.GET('/api/v1/products/{product_id}', { params: { path: { product_id } } }))` gives the answer's body or
 * throws a `Problem`. Tokens, the guest's cart and the language are added by `connect`, called once by the core library.
 */
import createClient, { type Client, type Middleware } from 'openapi-fetch';
import type { components, paths } from './schema';
import { Problem, readProblem } from './problem';

export { Problem, type FieldProblem } from './problem';
export type { components, paths } from './schema';

/** The types of bodies and answers, by the names they have in the API's document. */
export type Schemas = components['schemas'];

export const api: Client<paths> = createClient<paths>({ baseUrl: '', fetch: (request) => fetch(request) });

/** Lets a middleware see every request and answer. */
export function connect(middleware: Middleware): void {
  api.use(middleware);
}

/** The body of a successful answer. Throws `Problem` for any other, with `status` 0 when the server was not reached. */
export async function call<T>(
  request: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<NonNullable<T>> {
  const { data, error, response } = await reach(request);
  if (!response.ok) throw readProblem(response.status, error);
  return data as NonNullable<T>;
}

/** As `call`, with the answer itself: for an ETag, a status or a header. */
export async function callWith<T>(
  request: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<{ data: NonNullable<T>; response: Response }> {
  const { data, error, response } = await reach(request);
  if (!response.ok) throw readProblem(response.status, error);
  return { data: data as NonNullable<T>, response };
}

async function reach<R>(request: Promise<R>): Promise<R> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, 'OFFLINE', '', []);
  }
}
