import { expect, it } from 'vitest';
import { leftBehind } from './handover';
import type { QueueEntry } from './types';

const sale = (seq: number, asked?: boolean): QueueEntry => ({
  seq,
  tries: 0,
  kind: 'receipt',
  number: `K-${seq}`,
  ...(asked === undefined ? {} : { asked }),
});
const begin = (seq: number, shift: string, asked = false): QueueEntry => ({
  seq,
  tries: 0,
  asked,
  kind: 'shift_open',
  shift,
});
const end = (seq: number, shift: string): QueueEntry => ({ seq, tries: 0, kind: 'shift_close', shift });
const cash = (seq: number): QueueEntry => ({ seq, tries: 0, kind: 'cash', number: `C-${seq}` });

const seqs = (queue: QueueEntry[], shifts: Record<string, string> = {}): number[] =>
  leftBehind(queue, new Map(Object.entries(shifts))).map((entry) => entry.seq);

it('leaves receipts behind that may be recorded under the old device', () => {
  expect(seqs([sale(1, true), sale(2, false), sale(3)])).toEqual([1]);
});

it('takes a shift along that the server has never heard of, with its cash', () => {
  expect(seqs([begin(1, 's'), cash(2), sale(3), end(4, 's')], { 'C-2': 's' })).toEqual([]);
});

it('leaves behind what belongs to a shift of the old device', () => {
  const queue = [cash(1), end(2, 'old'), begin(3, 'new'), cash(4)];
  expect(seqs(queue, { 'C-1': 'old', 'C-4': 'new' })).toEqual([1, 2]);
  expect(seqs([begin(1, 's', true), cash(2), end(3, 's')], { 'C-2': 's' })).toEqual([1, 2, 3]);
});
