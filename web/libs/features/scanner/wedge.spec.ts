import { describe, expect, it } from 'vitest';
import { WedgeBuffer, toLatinLayout } from './wedge';

function type(buffer: WedgeBuffer, keys: string[], gap: number, from = 0): (string | null)[] {
  return keys.map((key, n) => buffer.push({ key, at: from + n * gap }));
}

describe('keyboard wedge', () => {
  it('takes fast keys ended by Enter', () => {
    const got = type(new WedgeBuffer(), [...'4006381333931', 'Enter'], 8);
    expect(got.at(-1)).toBe('4006381333931');
    expect(got.slice(0, -1).every((code) => code === null)).toBe(true);
  });

  it('leaves typing by hand alone', () => {
    expect(type(new WedgeBuffer(), [...'молоко', 'Enter'], 120).at(-1)).toBeNull();
  });

  it('needs the Enter to be fast too', () => {
    const buffer = new WedgeBuffer();
    type(buffer, [...'400638'], 8);
    expect(buffer.push({ key: 'Enter', at: 900 })).toBeNull();
  });

  it('drops what was typed by hand before the scan', () => {
    const buffer = new WedgeBuffer();
    type(buffer, [...'мо'], 200);
    expect(type(buffer, [...'96385074', 'Enter'], 10, 1000).at(-1)).toBe('96385074');
  });

  it('does not take a fast pair of keys for a code, nor keys like arrows', () => {
    expect(type(new WedgeBuffer(), ['1', '2', 'Enter'], 5).at(-1)).toBeNull();
    expect(type(new WedgeBuffer(), ['1', '2', 'ArrowLeft', '3', '4', 'Enter'], 5).at(-1)).toBeNull();
  });

  it('takes capitals with Shift and ends by Tab', () => {
    expect(type(new WedgeBuffer(), ['Shift', 'K', 'Shift', 'B', '-', '1', '7', 'Tab'], 5).at(-1)).toBe(
      'KB-17',
    );
  });

  it('begins anew after a code', () => {
    const buffer = new WedgeBuffer();
    type(buffer, [...'96385074', 'Enter'], 5);
    expect(type(buffer, [...'4006381333931', 'Enter'], 5, 300).at(-1)).toBe('4006381333931');
  });
});

describe('layout', () => {
  it('reads what a scanner typed in Cyrillic', () => {
    expect(toLatinLayout('ЛИ-17')).toBe('KB-17');
    expect(toLatinLayout('лукиут-зщы')).toBe('kerben-pos');
    expect(toLatinLayout('лукиут-зщыЖфИЖс_Юё')).toBe('kerben-pos:aB:c_>`');
    expect(toLatinLayout('a.b,c')).toBe('a.b,c');
    expect(toLatinLayout('4006381333931')).toBe('4006381333931');
  });
});
