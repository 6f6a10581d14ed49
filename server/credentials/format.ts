import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Secret } from '#server/credentials/secret.ts';

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const bodyLength = 32;
const checksumLength = 6;
/** The largest multiple of 62 in a byte: bytes from there on are drawn again, so that no character is likelier. */
const unbiased = 248;

export const secretKinds = ['pat', 'key', 'agt', 'set'] as const;
export type SecretKind = (typeof secretKinds)[number];

const form = new RegExp(`^kw_(${secretKinds.join('|')})_[0-9A-Za-z]{${bodyLength + checksumLength}}$`);
const anywhere = new RegExp(
  `kw_(?:${secretKinds.join('|')})_[0-9A-Za-z]{${bodyLength + checksumLength}}`,
  'g',
);

/** A random base62 string from the system's CSPRNG, 5.95 bits a character. */
export function randomBase62(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < unbiased && text.length < length) text += base62[byte % 62];
    }
  }
  return text;
}

/** A new `kw_<kind>_<32 characters><6 characters of checksum>`: 190 bits. */
export function newSecret(kind: SecretKind): Secret {
  return toSecret(kind, randomBase62(bodyLength));
}

/** The secret with this body, of 32 base62 characters: as random as they are. */
export function toSecret(kind: SecretKind, body: string): Secret {
  const stem = `kw_${kind}_${body}`;
  return new Secret(stem + checksum(stem));
}

/** What a string says it is, or undefined when its form or its checksum is wrong. Asks nobody. */
export function parseSecret(text: string): { kind: SecretKind; secret: Secret } | undefined {
  const kind = form.exec(text)?.[1];
  if (!kind) return undefined;
  const stem = text.slice(0, -checksumLength);
  if (checksum(stem) !== text.slice(-checksumLength)) return undefined;
  return { kind: kind as SecretKind, secret: new Secret(text) };
}

/** The part that may be shown: `kw_pat_` and 8 characters. */
export function displayPrefix(secret: Secret): string {
  return secret.reveal().slice(0, 'kw_pat_'.length + 8);
}

/** Every string in a text that is one of our secrets by form and checksum. */
export function findSecrets(text: string): Secret[] {
  return (text.match(anywhere) ?? []).flatMap((found) => parseSecret(found)?.secret ?? []);
}

/** Blots out whatever has the form of one of our secrets, whether or not its checksum is right. */
export function redactSecrets(text: string): string {
  return text.replace(anywhere, (found) => `${found.slice(0, 'kw_pat_'.length)}[secret]`);
}

/** CRC-32 (ISO 3309, as in zlib) of the text, in base62, padded to six characters. */
function checksum(stem: string): string {
  let rest = crc32(stem);
  let text = '';
  for (let i = 0; i < checksumLength; i++) {
    text = (base62[rest % 62] ?? '') + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
