/** Signed calls of the till: `sha256=<hex HMAC-SHA256(secret, time + "." + body)>` over the exact bytes of the body. */
import type { Answer } from './uploader';

export interface Credentials {
  token: string;
  key: CryptoKey;
}

const encoder = new TextEncoder();

/** The device's secret as a key that signs and cannot be read back, not even by this program. */
export function importSecret(secret: string): Promise<CryptoKey> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  return crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign']);
}

/** The value of the signature header. `timestamp` is whole seconds. */
export async function signature(key: CryptoKey, timestamp: string, body: string): Promise<string> {
  const signed = await crypto.subtle.sign('HMAC', key, encoder.encode(`${timestamp}.${body}`));
  return `sha256=${[...new Uint8Array(signed)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

export interface LinkOptions {
  /** Told of every call: whether the server answered. */
  told: (reached: boolean) => void;
  /** Milliseconds that the server's clock is ahead of this device's, as last learnt. */
  ahead: number;
  learnt: (ahead: number) => void;
  fetch?: typeof fetch;
}

const TIMEOUT_MS = 20_000;

export class Link {
  private ahead: number;
  private readonly fetch: typeof fetch;
  private underway = new AbortController();

  constructor(
    private readonly credentials: Credentials,
    private readonly options: LinkOptions,
  ) {
    this.ahead = options.ahead;
    this.fetch = options.fetch ?? ((...args) => fetch(...args));
  }

  /** Now by the server's clock, as far as it is known. */
  now(): number {
    return Date.now() + this.ahead;
  }

  get(path: string, query: Record<string, string> = {}): Promise<Answer> {
    const search = new URLSearchParams(query).toString();
    return this.call('GET', search ? `${path}?${search}` : path, '');
  }

  post(path: string, body: object): Promise<Answer> {
    return this.call('POST', path, JSON.stringify(body));
  }

  /** The status and the answer; 0 when nobody answered or it was not our server. Corrects a wrong clock and repeats. */
  private async call(method: string, path: string, body: string): Promise<Answer> {
    const answer = await this.once(method, path, body);
    if (answer.status !== 401 || answer.body['code'] !== 'CLOCK_SKEW') return answer;
    const data = answer.body['data'] as { server_time?: string } | undefined;
    if (!data?.server_time) return answer;
    this.learn(data.server_time);
    return this.once(method, path, body);
  }

  /** Gives up the calls that are under way: after a sleep of the device their answers do not come any more. */
  hangUp(): void {
    this.underway.abort();
    this.underway = new AbortController();
  }

  /** Takes the server's time from an answer of just now. */
  learn(serverTime: string): void {
    const ahead = new Date(serverTime).getTime() - Date.now();
    // A little difference is the way the answer took.
    const next = Math.abs(ahead) < 2000 ? 0 : Math.round(ahead);
    if (Math.abs(next - this.ahead) < 1000) return;
    this.ahead = next;
    this.options.learnt(next);
  }

  private async once(method: string, path: string, body: string): Promise<Answer> {
    const timestamp = String(Math.floor(this.now() / 1000));
    const headers = {
      Authorization: `Bearer ${this.credentials.token}`,
      'X-Kerben-Timestamp': timestamp,
      // Not through the service worker: it would answer in the server's place when that cannot be reached.
      'ngsw-bypass': 'true',
      'X-Kerben-Signature': await signature(this.credentials.key, timestamp, body),
      ...(body ? { 'Content-Type': 'application/json' } : {}),
    };
    try {
      const response = await this.fetch(`/api/v1/pos/${path}`, {
        method,
        headers,
        cache: 'no-store',
        credentials: 'omit',
        signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), this.underway.signal]),
        ...(body ? { body } : {}),
      });
      const found = (await response.json()) as unknown;
      if (found === null || typeof found !== 'object') throw new TypeError('not our server');
      this.options.told(true);
      return { status: response.status, body: found as Record<string, unknown> };
    } catch {
      // No network, no answer in time, or a page of a hotel's Wi-Fi in place of the answer.
      this.options.told(false);
      return { status: 0, body: {} };
    }
  }
}
