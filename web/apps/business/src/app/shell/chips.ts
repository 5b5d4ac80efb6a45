import { Directive, ElementRef, afterEveryRender, inject } from '@angular/core';

/** A row of chips that may be wider than the screen: the one that is chosen is always seen. */
@Directive({ selector: '[bChips]' })
export class Chips {
  private readonly row = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private last: Element | null = null;

  constructor() {
    afterEveryRender({ read: () => this.show() });
  }

  private show(): void {
    const chosen = this.row.querySelector<HTMLElement>('[aria-pressed="true"]');
    if (chosen === this.last) return;
    this.last = chosen;
    if (!chosen || this.row.scrollWidth <= this.row.clientWidth) return;
    const middle = chosen.offsetLeft + chosen.offsetWidth / 2 - this.row.offsetLeft;
    this.row.scrollLeft = middle - this.row.clientWidth / 2;
  }
}
