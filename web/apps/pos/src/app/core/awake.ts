import { Injectable, effect, inject, signal } from '@angular/core';
import { Till } from './till';

/** Keeps the screen on while a shift is open, where the browser can and nobody has said otherwise. */
@Injectable({ providedIn: 'root' })
export class Awake {
  private readonly till = inject(Till);
  readonly possible = 'wakeLock' in navigator;
  /** Whether the screen is to stay on during a shift; kept on this device. */
  readonly wanted = signal(true);
  private readonly seen = signal(!document.hidden);
  private lock: Promise<WakeLockSentinel | null> | null = null;

  constructor() {
    if (!this.possible) return;
    // The browser takes the lock away from a page that nobody sees.
    document.addEventListener('visibilitychange', () => this.seen.set(!document.hidden));
    effect(() => {
      if (this.till.ready()) void this.till.store.meta('dim').then((dim) => this.wanted.set(!dim));
    });
    effect(() => this.hold(this.wanted() && this.seen() && this.till.shift() !== null));
  }

  async want(wanted: boolean): Promise<void> {
    this.wanted.set(wanted);
    await this.till.store.setMeta('dim', !wanted);
  }

  private hold(on: boolean): void {
    if (on === (this.lock !== null)) return;
    const before = this.lock;
    // Refused with an empty battery, for one: the screen goes off then as ever.
    this.lock = on ? navigator.wakeLock.request('screen').catch(() => null) : null;
    void before?.then((lock) => lock?.release());
  }
}
