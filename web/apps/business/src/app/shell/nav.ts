import {
  BellRing,
  Boxes,
  CalendarDays,
  Package,
  ScrollText,
  ShoppingBag,
  Store,
  Users,
  Wallet,
  Monitor,
} from 'lucide';
import { type Duty, type Role, may } from './roles';

type Drawing = typeof Boxes;

/** A section of the cabinet; `text` is its word in the catalogue, `duty` what one has to be allowed to see it. */
export interface Section {
  link: string;
  icon: Drawing;
  text: string;
  duty?: Duty;
  /** Has a place in the bar at the bottom of a phone. */
  handy?: boolean;
}

export const SECTIONS: readonly Section[] = [
  { link: '/', icon: CalendarDays, text: 'today', handy: true },
  { link: '/orders', icon: ShoppingBag, text: 'orders', handy: true },
  { link: '/requests', icon: BellRing, text: 'requests' },
  { link: '/goods', icon: Package, text: 'goods', handy: true },
  { link: '/stock', icon: Boxes, text: 'stock', duty: 'stock', handy: true },
  { link: '/tills', icon: Monitor, text: 'tills', duty: 'tills' },
  { link: '/money', icon: Wallet, text: 'money', duty: 'money' },
  { link: '/staff', icon: Users, text: 'staff', duty: 'staff' },
  { link: '/shops', icon: Store, text: 'shops', duty: 'shops' },
  { link: '/audit', icon: ScrollText, text: 'audit', duty: 'audit' },
];

/** What somebody in this role may see. */
export function sectionsOf(role: Role | null): Section[] {
  return SECTIONS.filter((section) => section.duty === undefined || may(role, section.duty));
}
