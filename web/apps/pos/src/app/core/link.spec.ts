import { expect, it } from 'vitest';
import { Link, importSecret, signature } from './link';

const SECRET = 'S-ecret_0123';

it('signs as the server expects', async () => {
  const key = await importSecret('key');
  // Worked out with Python: hmac.new(b"key", b"1700000000.{}", "sha256").hexdigest()
  expect(await signature(key, '1700000000', '{}')).toBe(
    'sha256=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae',
  );
  expect(key.extractable).toBe(false);
});

it('learns the time and repeats once', async () => {
  const times: number[] = [];
  const learnt: number[] = [];
  const ahead = 3_600_000;
  const server: typeof fetch = (_, init) => {
    const at = Number((init!.headers as Record<string, string>)['X-Kerben-Timestamp']) * 1000;
    times.push(at);
    const now = Date.now() + ahead;
    const wrong = Math.abs(at - now) > 300_000;
    const problem = { code: 'CLOCK_SKEW', data: { server_time: new Date(now).toISOString() } };
    return Promise.resolve(Response.json(wrong ? problem : { ok: true }, { status: wrong ? 401 : 200 }));
  };
  const key = await importSecret(SECRET);
  const options = { told: () => undefined, ahead: 0, learnt: (ms: number) => learnt.push(ms), fetch: server };
  const link = new Link({ token: 't', key }, options);
  expect(await link.get('catalog')).toEqual({ status: 200, body: { ok: true } });
  expect(times.length).toBe(2);
  expect(Math.abs(learnt[0]! - ahead)).toBeLessThan(2000);
  expect(Math.abs(link.now() - Date.now() - ahead)).toBeLessThan(2000);
});

it('says when nobody answered', async () => {
  const key = await importSecret(SECRET);
  const told: boolean[] = [];
  const page: typeof fetch = () => Promise.resolve(new Response('<html>Sign in to the Wi-Fi</html>'));
  const options = { told: (r: boolean) => told.push(r), ahead: 0, learnt: () => undefined, fetch: page };
  expect(await new Link({ token: 't', key }, options).post('sales/bulk', {})).toEqual({
    status: 0,
    body: {},
  });
  expect(told).toEqual([false]);
});
