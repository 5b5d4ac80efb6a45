/** Choosing a variant by its attributes: size × colour. Pure. */
import type { Variant } from './data';

export type Chosen = Readonly<Record<string, string>>;

export interface Option {
  value: string;
  /** there: can be had with what is chosen; out: exists, none left; none: no such variant. */
  state: 'there' | 'out' | 'none';
}

export interface Choice {
  name: string;
  options: Option[];
}

/** Colours first, then sizes; others in the order they come. */
const ORDER = ['color', 'memory', 'size'];

const rank = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

export function attributeNames(variants: readonly Variant[]): string[] {
  const names = [...new Set(variants.flatMap((v) => Object.keys(v.attributes)))];
  return names.sort((a, b) => rank(a) - rank(b));
}

/** What kind a line is of, in the order in which it was chosen: «красный, L». */
export function kindOf(attributes: Readonly<Record<string, string>>): string {
  return Object.keys(attributes)
    .sort((a, b) => rank(a) - rank(b))
    .map((name) => attributes[name])
    .join(', ');
}

/** What can be chosen, each value judged with the other attributes as they are chosen. */
export function choices(variants: readonly Variant[], chosen: Chosen): Choice[] {
  return attributeNames(variants).map((name) => {
    const values = [...new Set(variants.map((v) => v.attributes[name]).filter((v) => v !== undefined))];
    const others = Object.entries(chosen).filter(([other]) => other !== name);
    return {
      name,
      options: values.map((value) => {
        const fitting = variants.filter(
          (v) => v.attributes[name] === value && others.every(([o, wanted]) => v.attributes[o] === wanted),
        );
        const state = !fitting.length ? 'none' : fitting.some((v) => v.stock_qty > 0) ? 'there' : 'out';
        return { value, state };
      }),
    };
  });
}

/** The variant that is chosen: all its attributes are. A product's only variant needs no choice. */
export function chosenVariant(variants: readonly Variant[], chosen: Chosen): Variant | undefined {
  if (variants.length === 1) return variants[0];
  const names = attributeNames(variants);
  if (names.some((name) => chosen[name] === undefined && variants.some((v) => name in v.attributes)))
    return undefined;
  return variants.find((v) => names.every((name) => v.attributes[name] === chosen[name]));
}

/** What is chosen after a value was taken: what cannot go with it is dropped. */
export function choose(variants: readonly Variant[], chosen: Chosen, name: string, value: string): Chosen {
  const next: Record<string, string> = { [name]: value };
  for (const [other, wanted] of Object.entries(chosen)) {
    if (other === name) continue;
    const together = { ...next, [other]: wanted };
    const fits = variants.some((v) => Object.entries(together).every(([n, w]) => v.attributes[n] === w));
    if (fits) next[other] = wanted;
  }
  return next;
}

/** What need not be asked: attributes with one value only. */
export function obvious(variants: readonly Variant[]): Chosen {
  const chosen: Record<string, string> = {};
  for (const choice of choices(variants, {}))
    if (choice.options.length === 1) chosen[choice.name] = choice.options[0]!.value;
  return chosen;
}

/** The first attribute that still has to be chosen. */
export function missing(variants: readonly Variant[], chosen: Chosen): string | undefined {
  if (variants.length < 2) return undefined;
  return attributeNames(variants).find((name) => chosen[name] === undefined);
}
