/** What the server put into the page, so that the first look needs no further call; each answer is used once. */
let kept: Record<string, unknown> | undefined;

/** The answer of `GET path` that came with the page, if it did. */
export function inserted<T>(path: string): T | undefined {
  if (kept === undefined) {
    try {
      kept = JSON.parse(document.getElementById('kerben-state')?.textContent ?? '{}') as Record<
        string,
        unknown
      >;
    } catch {
      kept = {};
    }
  }
  const found = kept[path];
  delete kept[path];
  return found as T | undefined;
}
