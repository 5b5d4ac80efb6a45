import { describe, expect, it } from 'vitest';
import type { AdminCategory } from '../data/admin';
import { asTree, below, reordered, slugOf, sortOfNew } from './category-tree';

const category = (id: string, parent_id: string | null, sort: number): AdminCategory => ({
  id,
  parent_id,
  slug: id,
  name: id,
  sort,
  is_hidden: false,
});

const ALL = [category('b', null, 2), category('a', null, 1), category('b1', 'b', 0), category('b2', 'b', 0)];

describe('asTree', () => {
  it('puts children right below their parent, in order', () => {
    expect(asTree(ALL).map((row) => [row.category.id, row.depth, row.first, row.last])).toEqual([
      ['a', 0, true, false],
      ['b', 0, false, true],
      ['b1', 1, true, false],
      ['b2', 1, false, true],
    ]);
  });
});

describe('below', () => {
  it('holds the category itself and its descendants', () =>
    expect([...below(ALL, 'b')]).toEqual(['b', 'b1', 'b2']));
});

describe('reordered', () => {
  it('gives siblings with equal numbers different ones', () => {
    expect(reordered(ALL, ALL[3]!, -1)).toEqual([
      { id: 'b2', sort: 10 },
      { id: 'b1', sort: 20 },
    ]);
  });
  it('swaps the numbers of two where all differ', () => {
    expect(reordered(ALL, ALL[0]!, -1)).toEqual([
      { id: 'b', sort: 1 },
      { id: 'a', sort: 2 },
    ]);
  });
  it('changes nothing at the edge', () => expect(reordered(ALL, ALL[1]!, -1)).toEqual([]));
});

describe('slugOf', () => {
  it('writes Russian and Kyrgyz letters in Latin', () => {
    expect(slugOf(' Үй буюмдары, 2-бөлүм ')).toBe('uy-buyumdary-2-bolum');
  });
});

describe('sortOfNew', () => {
  it('puts a new category last, but before one that stays last for ever', () => {
    expect(sortOfNew([...ALL, category('rest', null, 1_000_000)], null)).toBe(12);
  });
});
