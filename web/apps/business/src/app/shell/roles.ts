import type { Schemas } from '@kerben/api';

export type Role = Schemas['StaffRole'];

/** What people of a shop do; a page or a button names one of these. */
export type Duty = 'goods' | 'stock' | 'tills' | 'money' | 'staff' | 'shops' | 'audit' | 'payouts';

const DUTIES: Record<Duty, readonly Role[]> = {
  goods: ['owner', 'manager', 'storekeeper'],
  stock: ['owner', 'manager', 'storekeeper'],
  tills: ['owner', 'manager', 'cashier', 'storekeeper', 'accountant'],
  money: ['owner', 'accountant'],
  payouts: ['owner', 'accountant'],
  staff: ['owner', 'manager'],
  shops: ['owner', 'manager'],
  audit: ['owner', 'manager'],
};

/** Whether somebody in this role has the duty; nobody without a role has any. */
export function may(role: Role | null, duty: Duty): boolean {
  return role !== null && DUTIES[duty].includes(role);
}
