import { describe, expect, it } from 'vitest';
import type { Variant } from './data';
import { choices, choose, chosenVariant, kindOf, missing, obvious } from './variants';

const variant = (id: string, attributes: Record<string, string>, stock_qty: number) =>
  ({ id, attributes, stock_qty }) as unknown as Variant;

const DRESS = [
  variant('1', { size: '42', color: 'красный' }, 3),
  variant('2', { size: '44', color: 'красный' }, 0),
  variant('3', { size: '42', color: 'синий' }, 5),
];

describe('the choice of a variant', () => {
  it('shows what is sold out and what is never made', () => {
    const [color, size] = choices(DRESS, { size: '44' });
    expect(color).toEqual({
      name: 'color',
      options: [
        { value: 'красный', state: 'out' },
        { value: 'синий', state: 'none' },
      ],
    });
    expect(size?.options.map((o) => o.state)).toEqual(['there', 'out']);
  });

  it('is complete only with every attribute', () => {
    expect(chosenVariant(DRESS, { size: '42' })).toBeUndefined();
    expect(missing(DRESS, { size: '42' })).toBe('color');
    expect(chosenVariant(DRESS, { size: '42', color: 'синий' })?.id).toBe('3');
    expect(missing(DRESS, { size: '42', color: 'синий' })).toBeUndefined();
  });

  it('drops what cannot go with the last value taken', () => {
    expect(choose(DRESS, { size: '44' }, 'color', 'синий')).toEqual({ color: 'синий' });
    expect(choose(DRESS, { size: '42' }, 'color', 'синий')).toEqual({ color: 'синий', size: '42' });
  });

  it('is named in the order in which it is made', () => {
    expect(kindOf({ size: 'L', color: 'красный' })).toBe('красный, L');
    expect(kindOf({})).toBe('');
  });

  it('asks nothing that is obvious', () => {
    expect(obvious(DRESS)).toEqual({});
    expect(obvious([DRESS[0]!, DRESS[2]!])).toEqual({ size: '42' });
    expect(chosenVariant([DRESS[0]!], {})?.id).toBe('1');
  });
});
