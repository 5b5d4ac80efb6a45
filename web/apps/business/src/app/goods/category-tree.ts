import type { Category } from './goods-api';

export interface Node extends Category {
  hasChildren: boolean;
  /** «Одежда · Женская». */
  path: string;
}

/** Categories with the names of those above them; the order stays. */
export function nodes(categories: readonly Category[]): Node[] {
  const byId = new Map(categories.map((c) => [c.id, c]));
  const parents = new Set(categories.map((c) => c.parent_id));
  return categories.map((category) => {
    const names: string[] = [];
    let above = category.parent_id ? byId.get(category.parent_id) : undefined;
    while (above && names.length < 10) {
      names.unshift(above.name);
      above = above.parent_id ? byId.get(above.parent_id) : undefined;
    }
    return { ...category, hasChildren: parents.has(category.id), path: names.join(' · ') };
  });
}

const fold = (text: string): string => text.toLowerCase().replaceAll('ё', 'е').trim();

/** What stands in the tree: those whose parents are open; with words, all that have them in their name or path. */
export function visible(all: readonly Node[], open: ReadonlySet<string>, words: string): Node[] {
  const wanted = fold(words).split(/\s+/).filter(Boolean);
  if (wanted.length) {
    return all.filter((node) => {
      const text = fold(`${node.path} ${node.name}`);
      return wanted.every((word) => text.includes(word));
    });
  }
  const shown = new Set<string>();
  return all.filter((node) => {
    const here = !node.parent_id || (shown.has(node.parent_id) && open.has(node.parent_id));
    if (here) shown.add(node.id);
    return here;
  });
}

/** The way down to a category, so that the tree opens where it lies. */
export function above(all: readonly Node[], id: string): Set<string> {
  const byId = new Map(all.map((node) => [node.id, node]));
  const found = new Set<string>();
  let parent = byId.get(id)?.parent_id;
  while (parent && !found.has(parent)) {
    found.add(parent);
    parent = byId.get(parent)?.parent_id;
  }
  return found;
}
