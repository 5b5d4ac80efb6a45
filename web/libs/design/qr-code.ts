import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import encodeQR from 'qr';

/** The empty border that scanners need, in cells (ISO/IEC 18004). */
const QUIET = 4;

/** A QR code, dark on light in either theme, because many scanners read no other. */
@Component({
  selector: 'k-qr-code',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (drawing(); as drawing) {
      <svg [attr.viewBox]="drawing.box" role="img" [attr.aria-label]="label()" shape-rendering="crispEdges">
        <path [attr.d]="drawing.path" fill="currentColor" />
      </svg>
    }
  `,
  styles: `
    :host {
      display: block;
      color-scheme: light;
      border-radius: var(--radius-small);
      background: var(--card);
      color: var(--ink);
      overflow: hidden;
    }
    svg {
      width: 100%;
    }
  `,
})
export class QrCode {
  readonly text = input.required<string>();
  readonly label = input.required<string>();
  protected readonly drawing = computed(() => {
    const cells = encodeQR(this.text(), 'raw', { ecc: 'medium', border: QUIET });
    const size = cells.length;
    const path = cells.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
    return { box: `0 0 ${size} ${size}`, path: path.join('') };
  });
}
