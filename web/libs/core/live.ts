import { Injectable, inject, signal } from '@angular/core';
import { Session } from './session';

/**
 * One update of a topic, `product:<id>`. Kind `reset` means: something may have been missed, read the state again; it
 * comes once when a topic begins to be heard, too.
 */
export interface LiveMessage {
  topic: string;
  kind: string;
  data: Record<string, unknown>;
}

interface Wire {
  seq?: number;
  event_id?: string;
  topic?: string;
  kind?: string;
  data?: Record<string, unknown>;
  /** Of a `subscribed` answer. */
  topics?: string[];
}

type Handler = (message: LiveMessage) => void;
const SEEN_MAX = 500;
/** A topic is heard on for a moment when nobody wants it: a page that is made anew, or the next page, takes it over. */
const LINGER_MS = 3000;
const PAUSES_MS = [300, 1000, 2000, 5000, 10_000];

/** Updates over the WebSocket: comes back by itself after a break and asks for what was missed. */
@Injectable({ providedIn: 'root' })
export class Live {
  private readonly session = inject(Session);
  private readonly handlers = new Map<string, Set<Handler>>();
  private readonly guestTokens = new Map<string, string>();
  private readonly seen = new Set<string>();
  /** Topics that the server has not yet confirmed once: what changed before, nobody has told. */
  private readonly fresh = new Set<string>();
  private socket: WebSocket | null = null;
  private seq: number | undefined;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** True while the socket is open. */
  readonly connected = signal(false);

  constructor() {
    addEventListener('online', () => this.hurry());
    document.addEventListener(
      'visibilitychange',
      () => document.visibilityState === 'visible' && this.hurry(),
    );
  }

  /** Hear a topic; call what is returned to stop. `guestToken` shows a guest's own order. */
  subscribe(topic: string, handler: Handler, guestToken?: string | null): () => void {
    const first = !this.handlers.has(topic);
    if (guestToken) this.guestTokens.set(topic, guestToken);
    const handlers = this.handlers.get(topic) ?? new Set<Handler>();
    handlers.add(handler);
    this.handlers.set(topic, handlers);
    if (first) {
      this.fresh.add(topic);
      void this.send([topic]);
    }
    return () => {
      handlers.delete(handler);
      if (handlers.size === 0) setTimeout(() => this.leave(topic, handlers), LINGER_MS);
    };
  }

  private leave(topic: string, handlers: Set<Handler>): void {
    if (handlers.size > 0 || this.handlers.get(topic) !== handlers) return;
    this.handlers.delete(topic);
    this.guestTokens.delete(topic);
    this.fresh.delete(topic);
    if (this.socket?.readyState === WebSocket.OPEN)
      this.socket.send(JSON.stringify({ unsubscribe: [topic] }));
  }

  private async send(topics: string[], since?: number): Promise<void> {
    const socket = this.socket;
    if (!socket) {
      this.open();
      return;
    }
    if (socket.readyState !== WebSocket.OPEN) return; // all topics go out when it opens
    const token = await this.session.token().catch(() => null);
    if (socket.readyState !== WebSocket.OPEN) return;
    // A guest's token belongs to one order, so such topics go one by one.
    const plain = topics.filter((t) => !this.guestTokens.has(t));
    const resume = since === undefined ? {} : { since };
    if (plain.length) socket.send(JSON.stringify({ subscribe: plain, token, ...resume }));
    for (const topic of topics.filter((t) => this.guestTokens.has(t))) {
      socket.send(
        JSON.stringify({ subscribe: [topic], token, guest_token: this.guestTokens.get(topic), ...resume }),
      );
    }
  }

  private open(): void {
    clearTimeout(this.timer);
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1/ws`);
    this.socket = socket;
    socket.onopen = () => {
      this.tries = 0;
      this.connected.set(true);
      // Nothing was heard yet, so there is no position to resume from: all is as if subscribed for the first time.
      if (this.seq === undefined) for (const topic of this.handlers.keys()) this.fresh.add(topic);
      void this.send([...this.handlers.keys()], this.seq);
    };
    socket.onmessage = (event) => this.heard(JSON.parse(String(event.data)) as Wire);
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.connected.set(false);
      const pause = PAUSES_MS[Math.min(this.tries++, PAUSES_MS.length - 1)]!;
      // Spread, so that a market's pages do not all return in the same instant.
      if (this.handlers.size) this.timer = setTimeout(() => this.open(), pause * (0.7 + Math.random() * 0.6));
    };
  }

  private hurry(): void {
    if (!this.socket && this.handlers.size) this.open();
  }

  private heard(message: Wire): void {
    if (message.kind === 'reset') {
      if (message.seq !== undefined) this.seq = message.seq;
      this.reset([...this.handlers.keys()]);
      return;
    }
    if (message.kind === 'subscribed') {
      // The page read its state before the server began to tell: what happened in between is read again, once.
      const begun = (message.topics ?? []).filter((topic) => this.fresh.delete(topic));
      if (message.seq !== undefined) this.seq = Math.max(this.seq ?? 0, message.seq);
      this.reset(begun);
      return;
    }
    if (message.seq !== undefined) this.seq = Math.max(this.seq ?? 0, message.seq);
    if (!message.topic || !message.kind) return;
    const id = `${message.event_id}|${message.topic}|${message.kind}|${JSON.stringify(message.data)}`;
    if (this.seen.has(id)) return;
    this.seen.add(id);
    if (this.seen.size > SEEN_MAX) this.seen.delete(this.seen.values().next().value!);
    for (const handler of [...(this.handlers.get(message.topic) ?? [])]) {
      handler({ topic: message.topic, kind: message.kind, data: message.data ?? {} });
    }
  }

  private reset(topics: readonly string[]): void {
    for (const topic of topics) {
      for (const handler of [...(this.handlers.get(topic) ?? [])])
        handler({ topic, kind: 'reset', data: {} });
    }
  }
}
