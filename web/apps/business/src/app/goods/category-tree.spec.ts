import { describe, expect, it } from 'vitest';
import type { Category } from './goods-api';
import { above, nodes, visible } from './category-tree';

const tree: Category[] = [
  { id: '1', parent_id: null, slug: 'a', name: 'Одежда', depth: 0 },
  { id: '2', parent_id: '1', slug: 'b', name: 'Женская', depth: 1 },
  { id: '3', parent_id: '2', slug: 'c', name: 'Плащи тёплые', depth: 2 },
  { id: '4', parent_id: null, slug: 'd', name: 'Обувь', depth: 0 },
];
const all = nodes(tree);
const ids = (open: string[], words = '') => visible(all, new Set(open), words).map((n) => n.id);

describe('the tree of categories', () => {
  it('shows roots, then what is opened', () => {
    expect(ids([])).toEqual(['1', '4']);
    expect(ids(['1'])).toEqual(['1', '2', '4']);
    expect(ids(['2'])).toEqual(['1', '4']);
    expect(ids(['1', '2'])).toEqual(['1', '2', '3', '4']);
  });

  it('finds by words of the name and of what is above', () => {
    expect(ids([], 'теплые')).toEqual(['3']);
    expect(ids([], 'одежда плащи')).toEqual(['3']);
    expect(ids([], 'шляпы')).toEqual([]);
  });

  it('knows the way to a category and its path', () => {
    expect([...above(all, '3')]).toEqual(['2', '1']);
    expect(all[2]!.path).toBe('Одежда · Женская');
    expect(all[0]!.hasChildren).toBe(true);
    expect(all[2]!.hasChildren).toBe(false);
  });
});
