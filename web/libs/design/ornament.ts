import { ChangeDetectionStrategy, Component } from '@angular/core';

/** A ram's-horn band from a shyrdak carpet; frames empty states and receipts. */
@Component({
  selector: 'k-ornament',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { 'aria-hidden': 'true' },
  template: `<svg
    viewBox="0 0 120 40"
    width="120"
    height="40"
    fill="none"
    stroke="currentColor"
    stroke-width="3"
  >
    <g stroke-linecap="round">
      <path d="M60 36V18M60 18c0-9-14-9-14 0 0 6 8 7 9 1M60 18c0-9 14-9 14 0 0 6-8 7-9 1" />
      <path d="M24 36V22M24 22c0-7-11-7-11 0 0 5 6 5 7 1M24 22c0-7 11-7 11 0 0 5-6 5-7 1" />
      <path d="M96 36V22M96 22c0-7-11-7-11 0 0 5 6 5 7 1M96 22c0-7 11-7 11 0 0 5-6 5-7 1" />
    </g>
    <path d="m60 2 4 4-4 4-4-4zM42 30l4 4-4 4-4-4zM78 30l4 4-4 4-4-4z" fill="currentColor" stroke="none" />
  </svg>`,
  styles: ':host{color:var(--felt);opacity:.8}',
})
export class Ornament {}
