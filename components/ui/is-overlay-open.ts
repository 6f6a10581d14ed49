/** Whether something is open on top of the page, with keys of its own. Toasts have the role too, but cover nothing. */
export const isOverlayOpen = () =>
  document.querySelector(
    ':is([role="dialog"], [role="alertdialog"], [role="menu"]):not([role="region"] *)',
  ) !== null;
