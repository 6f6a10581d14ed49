/** What the keys do in every list, as the dialog of keys says it. Which of the letters a list has depends on its rows. */
export const listKeys: readonly (readonly [keys: string, what: string])[] = [
  ['j', 'Next row, also ↓'],
  ['k', 'Previous row, also ↑'],
  ['← →', 'Move within the row'],
  ['Enter', 'Open'],
  ['m', 'Menu of the row'],
  ['x', 'Select'],
  ['d', 'Disable or enable'],
  ['r', 'Revoke'],
  ['/', 'Search'],
  ['Esc', 'Clear the selection'],
];
