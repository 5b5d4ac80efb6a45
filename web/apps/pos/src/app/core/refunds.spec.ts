import { describe, expect, it } from 'vitest';
import { receipt, receiptLine } from './make';
import { canVoid, refundLines, returnable } from './refunds';
import { timesMilli } from './sums';

const sale = receipt({
  lines: [
    receiptLine({ variant_id: 'a', qty: 3000, price: 3333, discount: 1, total: 9998 }),
    receiptLine({ variant_id: 'b', unit: 'kg', qty: 1345, price: 25_099, discount: 0, total: 33_758 }),
  ],
});

const back = (number: string, over: Partial<ReturnType<typeof receipt>>): ReturnType<typeof receipt> =>
  receipt({ number, type: 'refund', original: sale.number, ...over });

describe('what can be taken back', () => {
  it('is all of a fresh sale', () => {
    const entries = returnable(sale, []);
    const lines = refundLines(entries, [3000, 1345]);
    expect(lines.map((l) => l.total)).toEqual([9998, 33_758]);
    for (const l of lines) {
      expect(l.discount).toBeGreaterThanOrEqual(0);
      expect(timesMilli(l.price, l.qty) - l.discount).toBe(l.total);
    }
  });

  it('piece by piece comes to the same sum', () => {
    const done: ReturnType<typeof receipt>[] = [];
    let sum = 0;
    for (let n = 0; n < 3; n++) {
      const lines = refundLines(returnable(sale, done), [1000, 0]);
      sum += lines[0]!.total;
      done.push(back(`K-${n}`, { lines }));
    }
    expect(sum).toBe(9998);
    expect(returnable(sale, done)[0]).toMatchObject({ left: 0, amount: 0 });
    expect(refundLines(returnable(sale, done), [1000, 0])).toEqual([]);
  });

  it('does not count a refund that was refused or voided', () => {
    const lines = refundLines(returnable(sale, []), [3000, 0]);
    expect(returnable(sale, [back('K-9', { lines, delivery: 'kept_apart' })])[0]!.left).toBe(3000);
    const undone = receipt({ number: 'K-10', type: 'void', original: 'K-9' });
    expect(returnable(sale, [back('K-9', { lines }), undone])[0]!.left).toBe(3000);
  });

  it('is nothing of a voided sale', () => {
    const undone = receipt({ number: 'K-10', type: 'void', original: sale.number });
    expect(returnable(sale, [undone]).every((entry) => entry.left === 0)).toBe(true);
  });

  it('goes over several lines of one variant', () => {
    const twice = receipt({ lines: [receiptLine(), receiptLine({ qty: 2000, total: 20_000 })] });
    const some = receipt({
      number: 'K-5',
      type: 'refund',
      original: twice.number,
      lines: [receiptLine({ qty: 2000, total: 20_000 })],
    });
    const left = returnable(twice, [some]);
    expect(left.map((entry) => entry.left)).toEqual([0, 1000]);
    expect(left.reduce((sum, entry) => sum + entry.amount, 0)).toBe(10_000);
  });
});

describe('void', () => {
  it('takes what stands and is untouched', () => {
    expect(canVoid(sale, [])).toBe(true);
    expect(canVoid(sale, [back('K-9', {})])).toBe(false);
    expect(canVoid(sale, [receipt({ number: 'K-9', type: 'void', original: sale.number })])).toBe(false);
    expect(canVoid(receipt({ type: 'void' }), [])).toBe(false);
  });
});
