import { randomBytes } from 'node:crypto';

/** The secrets of a run, and where each may be none the less. */
export interface Marks {
  /** Makes a password that is like no other text. */
  password(): string;
  /** Takes note of a secret that the server or a letter showed, and gives it back. */
  minted(secret: string | undefined): string;
  /** How many there are. */
  size(): number;
  /** Those that a text holds, as they are or encoded. */
  foundIn(text: string): string[];
}

/** What is shown of a secret so that people can tell it from others: its kind and eight characters. */
const shownLength = 'kw_pat_'.length + 8;

export function createMarks(): Marks {
  const forms = new Map<string, string>();
  const note = (secret: string, part = secret) => {
    if (part.length < 8) throw new Error(`This is no secret to look for: ${secret.length} characters`);
    const bytes = Buffer.from(part);
    for (const form of [
      part,
      bytes.toString('hex'),
      bytes.toString('base64').replace(/=+$/, '').slice(0, -1),
    ])
      forms.set(form, part);
    return secret;
  };
  return {
    password: () => note(`walrus ${randomBytes(9).toString('hex')} lantern`),
    minted(secret = '') {
      return note(secret, /^kw_\w{3}_/.test(secret) ? secret.slice(shownLength) : secret);
    },
    size: () => forms.size / 3,
    foundIn: (text) => [
      ...new Set([...forms].filter(([form]) => text.includes(form)).map(([, secret]) => secret)),
    ],
  };
}
