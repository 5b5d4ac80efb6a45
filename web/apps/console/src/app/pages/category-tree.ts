import type { AdminCategory } from '../data/admin';

export interface TreeRow {
  category: AdminCategory;
  /** 0 for a root. */
  depth: number;
  /** Among its siblings. */
  first: boolean;
  last: boolean;
}

const inOrder = (a: AdminCategory, b: AdminCategory): number =>
  a.sort - b.sort || a.name.localeCompare(b.name, 'ru');

const siblingsOf = (all: readonly AdminCategory[], parent_id: string | null): AdminCategory[] =>
  all.filter((c) => c.parent_id === parent_id).sort(inOrder);

/** The directory as rows, every category right above what lies below it. */
export function asTree(all: readonly AdminCategory[], parent_id: string | null = null, depth = 0): TreeRow[] {
  const siblings = siblingsOf(all, parent_id);
  return siblings.flatMap((category, n) => [
    { category, depth, first: n === 0, last: n === siblings.length - 1 },
    ...asTree(all, category.id, depth + 1),
  ]);
}

/** A category and all that lies below it. */
export function below(all: readonly AdminCategory[], id: string): Set<string> {
  const found = new Set([id]);
  for (const child of all.filter((c) => c.parent_id === id))
    for (const x of below(all, child.id)) found.add(x);
  return found;
}

/**
 * The new `sort` of those siblings whose place changes when a category goes one place up (−1) or down (1); none at the
 * edge. Two change their numbers; where siblings have equal ones, all get new numbers, else their names would decide.
 */
export function reordered(
  all: readonly AdminCategory[],
  category: AdminCategory,
  by: 1 | -1,
): { id: string; sort: number }[] {
  const siblings = siblingsOf(all, category.parent_id);
  const from = siblings.findIndex((c) => c.id === category.id);
  const to = from + by;
  if (from < 0 || to < 0 || to >= siblings.length) return [];
  const distinct = new Set(siblings.map((c) => c.sort)).size === siblings.length;
  const sorts = siblings.map((c, n) => (distinct ? c.sort : (n + 1) * 10));
  [siblings[from], siblings[to]] = [siblings[to]!, siblings[from]!];
  return siblings
    .map((c, n) => ({ id: c.id, sort: sorts[n]!, was: c.sort }))
    .filter((c) => c.sort !== c.was)
    .map(({ id, sort }) => ({ id, sort }));
}

/** The largest number that the server takes; what has it stays last for ever, «Прочее». */
const SORT_MAX = 1_000_000;

/** Where a new category goes among its siblings: last, but before one that shall stay last. */
export function sortOfNew(all: readonly AdminCategory[], parent_id: string | null): number {
  const sorts = siblingsOf(all, parent_id).map((c) => c.sort);
  return Math.min(Math.max(0, ...sorts.filter((sort) => sort < SORT_MAX)) + 10, SORT_MAX - 1);
}

const LATIN: Record<string, string> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  д: 'd',
  е: 'e',
  ё: 'e',
  ж: 'zh',
  з: 'z',
  и: 'i',
  й: 'y',
  к: 'k',
  л: 'l',
  м: 'm',
  н: 'n',
  ң: 'n',
  о: 'o',
  ө: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ү: 'u',
  ф: 'f',
  х: 'h',
  ц: 'ts',
  ч: 'ch',
  ш: 'sh',
  щ: 'sch',
  ъ: '',
  ы: 'y',
  ь: '',
  э: 'e',
  ю: 'yu',
  я: 'ya',
};

/** A name as a part of an address: «Верхняя одежда» → `verhnyaya-odezhda`. */
export function slugOf(name: string): string {
  return [...name.toLowerCase()]
    .map((letter) => LATIN[letter] ?? letter)
    .join('')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
}
