import { api, call, type Schemas } from '@kerben/api';
import type { Days } from './money-period';

export type Payout = Schemas['payouts_controllers_PayoutView'];
export type Statement = Schemas['StatementView'];
export type StatementSum = Schemas['StatementSumView'];
export type StatementDay = Schemas['StatementDayView'];
export type StatementEntry = Schemas['StatementEntryView'];
export type StatementKind = Schemas['StatementKind'];

export function getBalance(merchant_id: string, signal?: AbortSignal): Promise<Schemas['BalanceView']> {
  const params = { path: { merchant_id } };
  return call(api.GET('/api/v1/merchants/{merchant_id}/balance', { params, signal }));
}

/** What the balance was before and after these days, and what moved it. */
export function getStatement(merchant_id: string, days: Days, signal?: AbortSignal): Promise<Statement> {
  const params = { path: { merchant_id }, query: { from: days.from, to: days.to } };
  return call(api.GET('/api/v1/merchants/{merchant_id}/statement', { params, signal }));
}

/** Single operations, newest first; without kinds all of them, each with the balance after it. */
export function listEntries(
  merchant_id: string,
  days: Days,
  kind: readonly StatementKind[] | null,
  cursor?: string,
  signal?: AbortSignal,
): Promise<{ items: StatementEntry[]; next_cursor?: string | null }> {
  const query = { from: days.from, to: days.to, kind: kind ? [...kind] : undefined, cursor, limit: 30 };
  const params = { path: { merchant_id }, query };
  return call(api.GET('/api/v1/merchants/{merchant_id}/statement/entries', { params, signal }));
}

/** The same days as a table for spreadsheets. */
export function exportPath(merchantId: string, days: Days): string {
  return `/api/v1/merchants/${merchantId}/statement/export?from=${days.from}&to=${days.to}`;
}

export function listPayouts(
  merchant_id: string,
  cursor?: string,
  signal?: AbortSignal,
): Promise<{ items: Payout[]; next_cursor?: string | null }> {
  const params = { path: { merchant_id }, query: { cursor, limit: 12 } };
  return call(api.GET('/api/v1/merchants/{merchant_id}/payouts', { params, signal }));
}
