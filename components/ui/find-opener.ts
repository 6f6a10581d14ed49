/** What was pressed to open a dialog. Of a menu it is its button: the item goes with the menu. */
export function findOpener(): HTMLElement | null {
  const pressed = document.activeElement;
  const menu = pressed?.closest('[role="menu"]');
  if (menu) return document.querySelector(`[aria-controls="${CSS.escape(menu.id)}"]`);
  return pressed instanceof HTMLElement ? pressed : null;
}
