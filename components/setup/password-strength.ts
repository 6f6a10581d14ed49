interface Strength {
  score: 0 | 1 | 2 | 3;
  words: string;
}

const suggestedLength = 15;
const minimumLength = 8;

/** A hint while typing, by what OWASP says counts most: length, and not being the obvious. The server decides. */
export function passwordStrength(password: string, personal: readonly string[]): Strength {
  if (password === '') return { score: 0, words: 'At least 8 characters. A phrase of 15 or more is better.' };
  if (password.length < minimumLength) {
    const missing = minimumLength - password.length;
    return {
      score: 0,
      words: `Too short: ${missing} more ${missing === 1 ? 'character' : 'characters'} to go.`,
    };
  }
  const lower = password.toLowerCase();
  if (personal.some((part) => part.length > 3 && lower.includes(part.toLowerCase()))) {
    return { score: 1, words: 'Weak: it holds your name or e-mail.' };
  }
  if (new Set(password).size < 5)
    return { score: 1, words: 'Weak: the same few characters again and again.' };
  if (password.length < suggestedLength) {
    return { score: 2, words: `Fair: ${suggestedLength} characters or more would be better.` };
  }
  return { score: 3, words: 'Good: long enough to be hard to guess.' };
}
