import { DOCUMENT, Directive, Injectable, inject, output, DestroyRef } from '@angular/core';
import { WedgeBuffer, toLatinLayout } from './wedge';

type Listener = (code: string) => void;

interface TypedInto {
  field: HTMLInputElement | HTMLTextAreaElement;
  value: string;
}

/** A field that keeps every key for itself: passwords, and those that ask for it. */
const OWN_KEYS = '[data-wedge="off"], [type="password"]';

/**
 * Hears scanners that type, wherever the focus is. The Enter that ends a scan is taken away, so that it presses no
 * button and sends no form; keys typed by hand are never touched. A scan into a text field leaves its characters
 * there: they are taken out again.
 */
@Injectable({ providedIn: 'root' })
export class WedgeScanner {
  private readonly document = inject(DOCUMENT);
  private readonly buffer = new WedgeBuffer();
  private readonly listeners: Listener[] = [];
  private before: TypedInto | null = null;

  /** Calls `listener` with every code; the one that came last hears alone (a dialog over its page). Returns the end. */
  listen(listener: Listener): () => void {
    if (!this.listeners.length) this.document.addEventListener('keydown', this.onKey, true);
    this.listeners.push(listener);
    return () => {
      const at = this.listeners.indexOf(listener);
      if (at >= 0) this.listeners.splice(at, 1);
      if (!this.listeners.length) this.document.removeEventListener('keydown', this.onKey, true);
    };
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const target = event.target as Element | null;
    if (event.isComposing || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (target?.closest(OWN_KEYS)) {
      this.buffer.reset();
      return;
    }
    const code = this.buffer.push({ key: event.key, at: event.timeStamp });
    if (code === null) {
      if (this.buffer.length === 1) this.before = textOf(target);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    this.restore(target);
    this.listeners.at(-1)?.(toLatinLayout(code));
  };

  /** Takes out of a field what the scanner has typed into it. */
  private restore(target: Element | null): void {
    const kept = this.before;
    this.before = null;
    if (!kept || kept.field !== target || kept.field.value === kept.value) return;
    kept.field.value = kept.value;
    kept.field.dispatchEvent(new Event('input', { bubbles: true }));
  }
}

function textOf(target: Element | null): TypedInto | null {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
    ? { field: target, value: target.value }
    : null;
}

/** The codes of a keyboard wedge for as long as the element is there: `<main (kWedge)="scanned($event)">`. */
@Directive({ selector: '[kWedge]' })
export class Wedge {
  readonly kWedge = output<string>();

  constructor() {
    inject(DestroyRef).onDestroy(inject(WedgeScanner).listen((code) => this.kWedge.emit(code)));
  }
}
