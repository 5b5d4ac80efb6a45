/** How long a code has to be out of sight before it counts again, milliseconds. */
export const AGAIN_AFTER_MS = 1500;

/** A camera sees the same code in every picture; `fresh` is true the first time, and again once it was away. */
export class Repeats {
  private readonly seen = new Map<string, number>();

  constructor(private readonly afterMs = AGAIN_AFTER_MS) {}

  /** Tells of a code seen at `now` (milliseconds). Being held before the camera is one scan, however long. */
  fresh(code: string, now: number): boolean {
    const before = this.seen.get(code);
    this.seen.set(code, now);
    if (this.seen.size > 50) {
      for (const [other, at] of this.seen) if (now - at >= this.afterMs) this.seen.delete(other);
    }
    return before === undefined || now - before >= this.afterMs;
  }
}
