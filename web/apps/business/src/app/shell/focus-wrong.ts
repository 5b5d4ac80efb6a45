/** Leads to the first field that was refused, in the open dialog where there is one, once it is marked. */
export function focusWrong(): void {
  setTimeout(() => {
    const place = document.querySelector('dialog[open]') ?? document;
    place.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  });
}
