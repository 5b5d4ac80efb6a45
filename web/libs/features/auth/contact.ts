/** What a person typed to say who they are: an address when it holds «@», a telephone number otherwise. */
export function contactOf(text: string): { phone: string } | { email: string } {
  const plain = text.trim();
  return plain.includes('@') ? { email: plain } : { phone: plain };
}

/** A telephone number that no line breaks in two. */
export const unbroken = (text: string): string => text.replaceAll(' ', '\u00a0');

/**
 * Where to go after signing in: an address of this site, or `/`. Anything that a browser would read as another site
 * («//x», «/\x», «https:…») is refused, because the parameter may come from a link of a stranger.
 */
export function safeNext(next: string | null | undefined): string {
  if (!next?.startsWith('/') || /^\/[/\\]/.test(next)) return '/';
  // Control characters are dropped by browsers, so that «/\t/x» would become «//x».
  return /[\u0000-\u001f\\]/.test(next) ? '/' : next;
}

const APPLICATIONS = ['/business/', '/console/', '/pos/'];

/** Whether an address belongs to another application of this site, which the router here does not know. */
export function ofAnotherApplication(next: string, base: string): boolean {
  return base === '/' && APPLICATIONS.some((a) => next === a.slice(0, -1) || next.startsWith(a));
}
