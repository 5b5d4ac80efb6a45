/** What was searched for lately, kept on this device only. */
const KEY = 'kerben.searches';
const MAX = 6;

export const recentSearches = {
  all(): string[] {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
      return Array.isArray(kept) ? kept.filter((q) => typeof q === 'string').slice(0, MAX) : [];
    } catch {
      return [];
    }
  },
  add(q: string): void {
    const text = q.trim();
    if (!text) return;
    const others = recentSearches.all().filter((was) => was.toLowerCase() !== text.toLowerCase());
    keep([text, ...others].slice(0, MAX));
  },
  clear: (): void => keep([]),
};

function keep(all: string[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // Nothing is remembered without storage.
  }
}
