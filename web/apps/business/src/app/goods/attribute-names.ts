import type { TranslocoService } from '@jsverse/transloco';

/** The word for an attribute that the market knows («Размер» for `size`); any other as its seller wrote it. */
export function attributeName(transloco: TranslocoService, name: string): string {
  if (!/^[a-z_]+$/.test(name)) return name;
  const key = `goods.attribute.${name}`;
  const text = transloco.translate<string>(key);
  return text === key ? name : text;
}
