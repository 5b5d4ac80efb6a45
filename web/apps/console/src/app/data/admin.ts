/** Names for the answers of the administration. */
import type { Schemas } from '@kerben/api';

export type AdminUser = Schemas['AdminUserView'];
export type AdminCategory = Schemas['Category'];
export type Summary = Schemas['SummaryView'];
export type MarketOrder = Schemas['MarketOrderView'];
export type MarketTill = Schemas['MarketTillView'];
export type LedgerAccount = Schemas['AccountView'];
export type LedgerEntry = Schemas['LedgerEntryView'];
export type DeadLetter = Schemas['DeadLetter'];
export type Jobs = Schemas['JobsView'];
export type AuditEntry = Schemas['AuditView'];
