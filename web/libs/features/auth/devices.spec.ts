import { describe, expect, it } from 'vitest';
import { deviceOf, placeOf } from './devices';

describe('deviceOf', () => {
  it.each([
    [
      'Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
      { browser: 'Chrome', system: 'Android', kind: 'phone' },
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1',
      { browser: 'Safari', system: 'iOS', kind: 'phone' },
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0',
      { browser: 'Edge', system: 'Windows', kind: 'computer' },
    ],
    [
      'Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
      { browser: 'Chrome', system: 'Android', kind: 'tablet' },
    ],
    ['python-httpx/0.28', { browser: '', system: '', kind: 'program' }],
  ])('knows %s', (userAgent, words) => expect(deviceOf(userAgent)).toEqual(words));
});

describe('placeOf', () => {
  it('tells this computer and a local network from the internet', () => {
    expect(
      ['127.0.0.1', '::1', '192.168.1.5', '172.20.0.2', '::ffff:10.0.0.1', '172.32.0.1', '212.42.96.1'].map(
        placeOf,
      ),
    ).toEqual(['here', 'here', 'local', 'local', 'local', 'internet', 'internet']);
  });
});
