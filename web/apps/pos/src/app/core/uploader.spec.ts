import { describe, expect, it } from 'vitest';
import { type Answer, type Parcel, type Verdict, type Wire, nextRun, pauseAfter, upload } from './uploader';
import type { QueueEntry } from './types';

const receiptParcel = (seq: number, tries = 0): Parcel => ({
  entry: { seq, tries, kind: 'receipt', number: `K-${seq}` },
  body: { receipt_number: `K-${seq}` },
});
const shiftParcel = (seq: number, kind: 'shift_open' | 'shift_close'): Parcel => ({
  entry: { seq, tries: 0, kind, shift: 's1' },
  body: {},
});

/** A queue as the database keeps it. */
class Kept {
  readonly log: Verdict[] = [];
  /** What was sent without an answer so far. */
  readonly doubtful = new Set<number>();
  constructor(public parcels: Parcel[]) {}

  take(limit: number, skip: number): Promise<Parcel[]> {
    return Promise.resolve(this.parcels.slice(skip, skip + limit));
  }

  ask(parcels: readonly Parcel[], asked: boolean): Promise<void> {
    for (const { entry } of parcels) {
      if (asked) this.doubtful.add(entry.seq);
      else this.doubtful.delete(entry.seq);
      const parcel = this.parcels.find((p) => p.entry.seq === entry.seq)!;
      parcel.entry = { ...parcel.entry, asked };
    }
    return Promise.resolve();
  }

  settle(verdicts: readonly Verdict[]): Promise<void> {
    this.log.push(...verdicts);
    for (const verdict of verdicts) {
      if (verdict.is === 'late') {
        const parcel = this.parcels.find((p) => p.entry.seq === verdict.entry.seq)!;
        parcel.entry = { ...parcel.entry, tries: parcel.entry.tries + 1 };
      } else this.parcels = this.parcels.filter((p) => p.entry.seq !== verdict.entry.seq);
    }
    return Promise.resolve();
  }

  get numbers(): string[] {
    return this.parcels.map((p) => (p.entry as QueueEntry & { kind: 'receipt' }).number);
  }
}

/** A server that claims every number for ever. */
class Market implements Wire {
  readonly recorded: string[] = [];
  readonly calls: string[] = [];
  refuse = new Set<string>();
  sick = new Set<string>();
  poison = new Set<string>();
  loseAnswers = 0;
  status = 200;

  sales(bodies: readonly Record<string, unknown>[]): Promise<Answer> {
    const numbers = bodies.map((b) => String(b['receipt_number']));
    this.calls.push(numbers.join(' '));
    if (this.status !== 200) return Promise.resolve({ status: this.status, body: {} });
    if (numbers.some((n) => this.poison.has(n)))
      return Promise.resolve({ status: 400, body: { detail: 'Нет.' } });
    const results = numbers.map((number) => {
      if (this.sick.has(number)) return { status: 503, code: 'NOT_RECORDED' };
      if (this.refuse.has(number))
        return {
          status: 422,
          code: 'INVALID_ITEM',
          errors: [{ detail: 'Такого товара в этом магазине нет.' }],
        };
      if (this.recorded.includes(number)) return { status: 409, code: 'DUPLICATE_SALE' };
      this.recorded.push(number);
      return { status: 201 };
    });
    if (this.loseAnswers-- > 0) return Promise.resolve({ status: 0, body: {} });
    return Promise.resolve({ status: 200, body: { results } });
  }

  private one(name: string, answer: Answer): Promise<Answer> {
    this.calls.push(name);
    return Promise.resolve(answer);
  }
  openShift = (): Promise<Answer> => this.one('open', { status: 201, body: { shift_id: 'x' } });
  moveCash = (): Promise<Answer> => this.one('cash', { status: 201, body: {} });
  closeShift = (): Promise<Answer> => this.one('close', { status: 409, body: { code: 'NO_OPEN_SHIFT' } });
}

describe('upload', () => {
  it('sends receipts together and in order, shifts in their places', async () => {
    const kept = new Kept([
      shiftParcel(1, 'shift_open'),
      receiptParcel(2),
      receiptParcel(3),
      shiftParcel(4, 'shift_close'),
      receiptParcel(5),
    ]);
    const market = new Market();
    expect(await upload(kept, market)).toBe('drained');
    expect(market.calls).toEqual(['open', 'K-2 K-3', 'close', 'K-5']);
    expect(kept.parcels).toEqual([]);
    expect(kept.log.map((v) => v.is)).toEqual(Array(5).fill('delivered'));
  });

  it('counts once what was recorded while the answer was lost', async () => {
    const kept = new Kept([receiptParcel(1), receiptParcel(2)]);
    const market = new Market();
    market.loseAnswers = 1;
    expect(await upload(kept, market)).toBe('later');
    expect(kept.numbers).toEqual(['K-1', 'K-2']);
    expect(await upload(kept, market)).toBe('drained');
    expect(market.recorded).toEqual(['K-1', 'K-2']);
    expect(kept.log.every((v) => v.is === 'delivered' && v.known)).toBe(true);
  });

  it('puts aside what is refused, with the reason, and goes on', async () => {
    const kept = new Kept([receiptParcel(1), receiptParcel(2), receiptParcel(3)]);
    const market = new Market();
    market.refuse.add('K-2');
    expect(await upload(kept, market)).toBe('drained');
    expect(market.recorded).toEqual(['K-1', 'K-3']);
    expect(kept.log[1]).toMatchObject({
      is: 'refused',
      refusal: { code: 'INVALID_ITEM', text: 'Такого товара в этом магазине нет.' },
    });
  });

  it('keeps what the server cannot take now, and passes it by after a while', async () => {
    const kept = new Kept([receiptParcel(1), shiftParcel(2, 'shift_close'), receiptParcel(3)]);
    const market = new Market();
    market.sick.add('K-1');
    for (let n = 0; n < 4; n++) expect(await upload(kept, market)).toBe('later');
    expect(market.calls).toEqual(['K-1', 'K-1', 'K-1', 'K-1']);
    expect(await upload(kept, market)).toBe('later');
    expect(market.calls.slice(4)).toEqual(['K-1', 'close', 'K-3']);
    expect(kept.numbers).toEqual(['K-1']);
    market.sick.clear();
    expect(await upload(kept, market)).toBe('drained');
  });

  it('finds the one receipt that spoils a call', async () => {
    const kept = new Kept([1, 2, 3, 4, 5].map((n) => receiptParcel(n)));
    const market = new Market();
    market.poison.add('K-4');
    expect(await upload(kept, market)).toBe('drained');
    expect(market.recorded).toEqual(['K-1', 'K-2', 'K-3', 'K-5']);
    expect(kept.log.filter((v) => v.is === 'refused').map((v) => v.entry.seq)).toEqual([4]);
  });

  it.each([0, 429, 500, 502, 503, 404])('loses nothing on %i', async (status) => {
    const kept = new Kept([receiptParcel(1)]);
    const market = new Market();
    market.status = status;
    expect(await upload(kept, market)).toBe('later');
    expect(kept.numbers).toEqual(['K-1']);
    expect(kept.log).toEqual([]);
  });

  it('stops when the till is locked out', async () => {
    const kept = new Kept([receiptParcel(1)]);
    const market = new Market();
    market.status = 401;
    expect(await upload(kept, market)).toBe('locked_out');
    expect(kept.numbers).toEqual(['K-1']);
  });

  it('remembers what was sent without an answer, for the till may be paired anew after that', async () => {
    const kept = new Kept([receiptParcel(1)]);
    const market = new Market();
    market.loseAnswers = 1;
    expect(await upload(kept, market)).toBe('later');
    expect(market.recorded).toEqual(['K-1']);
    kept.parcels.push(receiptParcel(2));
    // Locked out now: the second receipt has never got in, of the first nobody knows.
    market.status = 401;
    expect(await upload(kept, market)).toBe('locked_out');
    expect([...kept.doubtful]).toEqual([1]);
  });

  it('writes that it asks before it asks', async () => {
    const kept = new Kept([receiptParcel(1)]);
    const market = new Market();
    const before: boolean[] = [];
    market.sales = () => {
      before.push(kept.doubtful.has(1));
      return Promise.reject(new Error('the power goes'));
    };
    await expect(upload(kept, market)).rejects.toThrow('the power goes');
    expect(before).toEqual([true]);
  });

  it('does not believe an answer of another form', async () => {
    const kept = new Kept([receiptParcel(1)]);
    const market = new Market();
    market.sales = () => Promise.resolve({ status: 200, body: {} });
    expect(await upload(kept, market)).toBe('later');
    expect(kept.numbers).toEqual(['K-1']);
  });
});

it('a run ends where something else begins', () => {
  const parcels = Array.from({ length: 450 }, (_, n) => receiptParcel(n));
  expect(nextRun(parcels).length).toBe(200);
  expect(nextRun([receiptParcel(1), shiftParcel(2, 'shift_close'), receiptParcel(3)]).length).toBe(1);
  expect(nextRun([])).toEqual([]);
});

it('waits longer after every failure, a minute or so at most', () => {
  expect(pauseAfter(0, 0.5)).toBe(1000);
  expect(pauseAfter(3, 0.5)).toBe(8000);
  expect(pauseAfter(30, 1)).toBe(75_000);
});
