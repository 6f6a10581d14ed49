/** Whether something is open on top of the page, with keys of its own. */
export const isOverlayOpen = () =>
  document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null;
