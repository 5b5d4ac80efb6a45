/** What was typed into a shop's checkout, kept as long as the tab: signing in or looking at goods loses nothing. */
import type { Draft } from './checkout-form';

const name = (shopId: string): string => `kerben.checkout.${shopId}`;
/** Name, phone and e-mail serve every shop. */
const CONTACT = 'kerben.checkout.contact';

export function typedBefore(shopId: string): Partial<Draft> | null {
  try {
    const contact = JSON.parse(sessionStorage.getItem(CONTACT) ?? '{}') as Partial<Draft>;
    const own = JSON.parse(sessionStorage.getItem(name(shopId)) ?? '{}') as Partial<Draft>;
    return { ...own, ...contact };
  } catch {
    return null;
  }
}

export function keepTyped(shopId: string, draft: Draft): void {
  const { name: who, phone, email, ...rest } = draft;
  try {
    sessionStorage.setItem(CONTACT, JSON.stringify({ name: who, phone, email }));
    sessionStorage.setItem(name(shopId), JSON.stringify(rest));
  } catch {
    // Without storage what was typed lasts as long as the page.
  }
}
