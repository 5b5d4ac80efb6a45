import { Injectable, type Signal, type WritableSignal, signal } from '@angular/core';
import { type Look, type Shop, readLooks, readShop } from '../browse/data';

/** As many as the server tells in one answer. */
const MOST = 100;

/** Pictures of goods and addresses of shops for carts and orders, which hold only their ids; each is read once. */
@Injectable({ providedIn: 'root' })
export class Facts {
  private readonly shops = new Map<string, Signal<Shop | null>>();
  private readonly looks = new Map<string, WritableSignal<Look | null>>();
  /** Goods that are asked for with the next request. */
  private wanted: string[] = [];

  /** Null until it is known, and for a shop that is no longer shown. */
  shop(id: string): Signal<Shop | null> {
    let fact = this.shops.get(id);
    if (!fact) {
      const value = signal<Shop | null>(null);
      fact = value.asReadonly();
      this.shops.set(id, fact);
      // An ornament of the page: without it the words are enough. The next page asks again.
      readShop(id).then(
        (found) => value.set(found),
        () => this.shops.delete(id),
      );
    }
    return fact;
  }

  /** How goods look, off sale too; null until it is known. All that a page wants goes out together. */
  look(id: string): Signal<Look | null> {
    let look = this.looks.get(id);
    if (!look) {
      look = signal<Look | null>(null);
      this.looks.set(id, look);
      if (this.wanted.push(id) === 1) setTimeout(() => this.ask());
    }
    return look.asReadonly();
  }

  private ask(): void {
    const wanted = this.wanted;
    this.wanted = [];
    for (let at = 0; at < wanted.length; at += MOST) {
      const ids = wanted.slice(at, at + MOST);
      readLooks(ids).then(
        (looks) => looks.forEach((look) => this.looks.get(look.id)?.set(look)),
        () => ids.forEach((id) => this.looks.delete(id)),
      );
    }
  }
}
