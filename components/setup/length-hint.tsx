const length = { min: 8, suggested: 15 };

/** Length is all that can be told here; whether it is a password that everybody guesses, the server knows. */
function lengthWords(count: number): string {
  if (count === 0)
    return `At least ${length.min} characters. ${length.suggested} or more is better, such as a phrase.`;
  const characters = `${count} ${count === 1 ? 'character' : 'characters'}`;
  if (count < length.min) return `${characters}. At least ${length.min} are needed.`;
  return count < length.suggested
    ? `${characters}. ${length.suggested} or more is better.`
    : `${characters}.`;
}

export function LengthHint({ password }: { password: string }) {
  return <span aria-live="polite">{lengthWords(Array.from(password.normalize('NFKC')).length)}</span>;
}
