import { Injectable, computed, signal } from '@angular/core';

/** Whether the server can be reached: what the browser says and how the last request went. */
@Injectable({ providedIn: 'root' })
export class Connection {
  private readonly network = signal(navigator.onLine);
  private readonly answered = signal(true);
  readonly online = computed(() => this.network() && this.answered());
  private probing = false;

  constructor() {
    addEventListener('online', () => {
      this.network.set(true);
      void this.probe();
    });
    addEventListener('offline', () => this.network.set(false));
  }

  /** Told of every request: whether the server answered at all. */
  told(reached: boolean): void {
    this.answered.set(reached);
    if (!reached) void this.probe();
  }

  /** Asks until the server answers again, 1 s apart at first, 15 s at most. */
  private async probe(): Promise<void> {
    if (this.probing) return;
    this.probing = true;
    for (let pause = 1000; !this.online() || pause === 1000; pause = Math.min(pause * 1.6, 15_000)) {
      try {
        await fetch('/readyz', {
          cache: 'no-store',
          // Behind the service worker a lost server would look like an answer, its own 504.
          headers: { 'ngsw-bypass': 'true' },
          signal: AbortSignal.timeout(5000),
        });
        this.answered.set(true);
        break;
      } catch {
        this.answered.set(false);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
    this.probing = false;
  }
}
