import { DestroyRef, effect, inject } from '@angular/core';
import { Live, type LiveMessage } from '@kerben/core';

/**
 * Hears topics for as long as the page lives and says once, a moment after the last of several updates, that
 * something changed. Call where one may inject; `topics` is read as signals are.
 */
export function liveRefresh(
  topics: () => readonly string[],
  changed: (messages: readonly LiveMessage[]) => void,
  pauseMs = 600,
): void {
  const live = inject(Live);
  let waiting: LiveMessage[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = (): void => {
    const all = waiting;
    waiting = [];
    timer = undefined;
    changed(all);
  };
  effect((onCleanup) => {
    const stops = topics().map((topic) =>
      live.subscribe(topic, (message) => {
        waiting.push(message);
        // Not put off again by further updates: a busy shop would never be shown.
        timer ??= setTimeout(tell, pauseMs);
      }),
    );
    onCleanup(() => stops.forEach((stop) => stop()));
  });
  inject(DestroyRef).onDestroy(() => clearTimeout(timer));
}
