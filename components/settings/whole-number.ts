/** Of a field for a number that may be left empty. Its range is the server's to judge. */
export const wholeNumber = { pattern: { value: /^\s*\d*\s*$/, message: 'A whole number.' } };

export const numberOrNull = (text: string) => (text.trim() === '' ? null : Number(text));
