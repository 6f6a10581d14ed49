/**
 * A `ref` for what comes in place of the control that was pressed, with `tabIndex={-1}`: else the focus falls back to the page,
 * and whoever does not see it hears nothing. It takes no focus away from anything.
 */
export function focusOnMount(element: HTMLElement | null): void {
  if (document.activeElement === document.body) element?.focus({ preventScroll: true });
}
