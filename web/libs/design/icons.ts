import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { DomSanitizer, type SafeHtml } from '@angular/platform-browser';
import { inject } from '@angular/core';
import type { IconNode } from 'lucide';

/**
 * A line icon (Lucide): `<k-icon [of]="icons.cart" />`; import the drawing itself from `lucide` by its name.
 * It is decoration: the words stand beside it or in the button's `aria-label`.
 */
@Component({
  selector: 'k-icon',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { 'aria-hidden': 'true' },
  template: `<svg
    [attr.width]="size()"
    [attr.height]="size()"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.8"
    stroke-linecap="round"
    stroke-linejoin="round"
    [innerHTML]="drawing()"
  ></svg>`,
  styles: ':host{display:inline-flex;flex:none}',
})
export class Icon {
  readonly of = input.required<IconNode>();
  readonly size = input(22);
  private readonly sanitizer = inject(DomSanitizer);
  // The drawings are constants of the icon library, so they may be trusted.
  protected readonly drawing = computed<SafeHtml>(() =>
    this.sanitizer.bypassSecurityTrustHtml(
      this.of()
        .map(([tag, attributes]) => {
          const all = Object.entries(attributes).map(([name, value]) => `${name}="${String(value)}"`);
          return `<${tag} ${all.join(' ')}/>`;
        })
        .join(''),
    ),
  );
}
