import { Directive, ElementRef, afterNextRender, inject } from '@angular/core';

/** Takes the focus when it appears: the main button of a dialog, so that Enter does it. */
@Directive({ selector: '[kFocus]' })
export class Focus {
  constructor() {
    const element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
    // After the dialog around it has opened and given the focus to its first button.
    afterNextRender(() => setTimeout(() => element.focus()));
  }
}
