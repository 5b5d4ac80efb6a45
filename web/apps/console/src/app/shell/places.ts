import {
  Banknote,
  Coins,
  FlaskConical,
  FolderTree,
  LayoutDashboard,
  type IconNode,
  ScrollText,
  Scale,
  ShoppingBag,
  Store,
  TabletSmartphone,
  TriangleAlert,
  Users,
} from 'lucide';

export interface Place {
  link: string;
  text: string;
  icon: IconNode;
}

/** The places of the console, in the order of the menu. */
export const PLACES: readonly Place[] = [
  { link: '/', text: 'overview', icon: LayoutDashboard },
  { link: '/merchants', text: 'merchants', icon: Store },
  { link: '/orders', text: 'orders', icon: ShoppingBag },
  { link: '/users', text: 'users', icon: Users },
  { link: '/categories', text: 'categories', icon: FolderTree },
  { link: '/tills', text: 'tills', icon: TabletSmartphone },
  { link: '/payouts', text: 'payouts', icon: Banknote },
  { link: '/money', text: 'money', icon: Scale },
  { link: '/rates', text: 'rates', icon: Coins },
  { link: '/audit', text: 'audit', icon: ScrollText },
  { link: '/failures', text: 'failures', icon: TriangleAlert },
  { link: '/sandbox', text: 'sandbox', icon: FlaskConical },
];
