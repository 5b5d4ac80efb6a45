/** The seller's name where the shop's own does not begin with it; empty where it would be said twice. */
export function besides(shop: string | null | undefined, seller: string | null | undefined): string {
  return seller && !shop?.startsWith(seller) ? seller : '';
}

export interface Program {
  /** `browser`: our till in a browser; `other`: `name` says what it is. */
  kind: 'browser' | 'other';
  name: string;
  version: string;
}

/** What a till says of its program, «kerben-web-till 1.0» or «acme_pos/2.3», for people. */
export function programOf(said: string): Program {
  const [, code = said.trim(), version = ''] = /^(.*?)[\s/_-]*\bv?(\d[\w.]*)$/i.exec(said.trim()) ?? [];
  const name = code.replace(/[_-]+/g, ' ').trim();
  return {
    kind: code === 'kerben-web-till' ? 'browser' : 'other',
    name: name.charAt(0).toUpperCase() + name.slice(1),
    version,
  };
}
