/** What a browser says of itself, as far as people need it to know their own device again. */
export interface DeviceWords {
  /** «Chrome», or '' when unknown. Names of products, the same in every language. */
  browser: string;
  /** «Android», or '' when unknown. */
  system: string;
  kind: 'phone' | 'tablet' | 'computer' | 'program';
}

// Order matters: Edge and Opera also call themselves Chrome, and Chrome calls itself Safari.
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/YaBrowser\//, 'Yandex'],
  [/EdgA?\/|EdgiOS\//, 'Edge'],
  [/OPR\/|Opera/, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\/|HeadlessChrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPod/, 'iOS'],
  [/iPad/, 'iPadOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/CrOS/, 'ChromeOS'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/Linux/, 'Linux'],
];

const first = (all: readonly (readonly [RegExp, string])[], text: string): string =>
  all.find(([pattern]) => pattern.test(text))?.[1] ?? '';

export function deviceOf(userAgent: string): DeviceWords {
  const browser = first(BROWSERS, userAgent);
  const system = first(SYSTEMS, userAgent);
  let kind: DeviceWords['kind'] = 'computer';
  if (!browser && !system) kind = 'program';
  else if (/iPad|Tablet/.test(userAgent) || (system === 'Android' && !/Mobile/.test(userAgent)))
    kind = 'tablet';
  else if (/Mobi|iPhone/.test(userAgent)) kind = 'phone';
  return { browser, system, kind };
}

/** Whether an address is of this computer or of a home or office network: such say nothing about the place. */
export function placeOf(ip: string): 'here' | 'local' | 'internet' {
  const v4 = ip.replace(/^::ffff:/, '');
  if (v4 === '::1' || v4.startsWith('127.')) return 'here';
  if (/^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|f[cd]|fe80:)/i.test(v4)) return 'local';
  return 'internet';
}
