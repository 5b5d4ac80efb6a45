import { Injectable, type Signal, signal } from '@angular/core';
import { type Product, type Shop, readProduct, readShop } from '../browse/data';

/** Pictures of goods and addresses of shops for carts and orders, which hold only their ids; each is read once. */
@Injectable({ providedIn: 'root' })
export class Facts {
  private readonly shops = new Map<string, Signal<Shop | null>>();
  private readonly products = new Map<string, Signal<Product | null>>();

  /** Null until it is known, and for a shop that is no longer shown. */
  shop(id: string): Signal<Shop | null> {
    return known(this.shops, id, readShop);
  }

  /** Null until it is known, and for goods that are no longer sold. */
  product(id: string): Signal<Product | null> {
    return known(this.products, id, readProduct);
  }
}

function known<T>(
  all: Map<string, Signal<T | null>>,
  id: string,
  read: (id: string) => Promise<T>,
): Signal<T | null> {
  let fact = all.get(id);
  if (!fact) {
    const value = signal<T | null>(null);
    fact = value.asReadonly();
    all.set(id, fact);
    // An ornament of the page: without it the words are enough. The next page asks again.
    read(id).then(
      (found) => value.set(found),
      () => all.delete(id),
    );
  }
  return fact;
}
