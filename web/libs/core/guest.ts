/** What a buyer without an account holds: the token of the cart and, for each order, the token that shows it. */

const CART = 'kerben.cart';
const ORDERS = 'kerben.guest-orders';

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage is switched off: everything works, nothing is remembered
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // see above
  }
}

export const guestCart = {
  get: (): string | null => read(CART),
  set: (token: string): void => write(CART, token),
  clear: (): void => write(CART, null),
};

export interface GuestOrder {
  id: string;
  token: string;
}

export const guestOrders = {
  /** Newest first. */
  all(): GuestOrder[] {
    try {
      return JSON.parse(read(ORDERS) ?? '[]') as GuestOrder[];
    } catch {
      return [];
    }
  },
  token: (id: string): string | null => guestOrders.all().find((o) => o.id === id)?.token ?? null,
  add(id: string, token: string): void {
    const others = guestOrders.all().filter((o) => o.id !== id);
    write(ORDERS, JSON.stringify([{ id, token }, ...others].slice(0, 50)));
  },
};
