/**
 * Puts the focus into the first field of a form that is marked as wrong, as one reads it, with what is said of it in sight.
 * To be called once the marks are there.
 */
export function focusFirstError(form: HTMLElement | null): void {
  const field = form?.querySelector<HTMLElement>('[aria-invalid="true"]');
  if (!field) return;
  field.focus({ preventScroll: true });
  const note = document.getElementById(field.getAttribute('aria-describedby') ?? '');
  for (const part of [note, field]) part?.scrollIntoView({ block: 'nearest' });
}
