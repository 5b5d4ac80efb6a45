import type { IconNode } from 'lucide';
import {
  Apple,
  BedDouble,
  Bike,
  BookOpen,
  Car,
  CookingPot,
  Footprints,
  Hammer,
  Package,
  Shirt,
  ShoppingBag,
  Smartphone,
  SprayCan,
  Tent,
  ToyBrick,
} from 'lucide';

const BY_SLUG: Readonly<Record<string, IconNode>> = {
  clothes: Shirt,
  footwear: Footprints,
  accessories: ShoppingBag,
  crafts: Tent,
  textiles: BedDouble,
  home: CookingPot,
  electronics: Smartphone,
  repair: Hammer,
  food: Apple,
  children: ToyBrick,
  books: BookOpen,
  care: SprayCan,
  auto: Car,
  sport: Bike,
};

/** A drawing for a root category; a parcel for those nobody has drawn. */
export const categoryIcon = (slug: string): IconNode => BY_SLUG[slug] ?? Package;
