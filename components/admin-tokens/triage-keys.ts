/** The keys of the list of everyone's tokens, for the sheet that `?` opens. */
export const triageKeys: [key: string, what: string][] = [
  ['j', 'Next token'],
  ['k', 'Token before'],
  ['x', 'Select'],
  ['Enter', 'Open'],
  ['r', 'Revoke'],
  ['/', 'Search'],
  ['Esc', 'Select none'],
];
