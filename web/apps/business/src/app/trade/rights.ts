import type { Role } from '../shell/roles';

/** What the pages of trade offer only to some; as the server has it. */
export type Right =
  | 'figures'
  | 'shifts'
  | 'take_orders'
  | 'refund'
  | 'restock'
  | 'extend'
  | 'devices'
  | 'settle'
  | 'merchant'
  | 'payout_account'
  | 'keys'
  | 'lead';

const RIGHTS: Record<Right, readonly Role[]> = {
  figures: ['owner', 'manager', 'accountant', 'cashier'],
  shifts: ['owner', 'manager', 'accountant', 'cashier'],
  take_orders: ['owner', 'manager'],
  refund: ['owner', 'manager'],
  restock: ['owner', 'manager', 'storekeeper'],
  extend: ['owner', 'manager', 'storekeeper', 'cashier'],
  devices: ['owner', 'manager'],
  settle: ['owner', 'manager', 'storekeeper'],
  merchant: ['owner'],
  payout_account: ['owner', 'accountant'],
  keys: ['owner', 'manager'],
  // Only an owner gives, changes or takes the roles of owners and managers.
  lead: ['owner'],
};

export function allowed(role: Role | null, right: Right): boolean {
  return role !== null && RIGHTS[right].includes(role);
}
