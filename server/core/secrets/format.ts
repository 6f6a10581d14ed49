import { randomBytes } from 'node:crypto';
import {
  base62,
  findSecretTexts,
  secretChecksum,
  secretForm,
  secretKind,
  secretLengths,
  shownPart,
  type SecretKind,
} from '#server/core/secrets/schema.ts';
import { Secret } from '#server/secret.ts';

/** The largest multiple of 62 in a byte: bytes from there on are drawn again, so that no character is likelier. */
const unbiased = 248;

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
  return toSecret(kind, randomBase62(secretLengths.body));
}

/** The secret with this body, of 32 base62 characters: as random as they are. */
export function toSecret(kind: SecretKind, body: string): Secret {
  const stem = `kw_${kind}_${body}`;
  return new Secret(stem + secretChecksum(stem));
}

/** What a string says it is, or undefined when its form or its checksum is wrong. Asks nobody. */
export function parseSecret(text: string): { kind: SecretKind; secret: Secret } | undefined {
  const kind = secretKind(text);
  return kind && { kind, secret: new Secret(text) };
}

/** The part that may be shown: `kw_pat_` and 8 characters. */
export function displayPrefix(secret: Secret): string {
  return shownPart(secret.reveal());
}

/** Every string in a text that is one of our secrets by form and checksum. */
export function findSecrets(text: string): Secret[] {
  return findSecretTexts(text).map((found) => new Secret(found.text));
}

/** Blots out whatever has the form of one of our secrets, whether or not its checksum is right. */
export function redactSecrets(text: string): string {
  return text.replace(secretForm, (found) => `${found.slice(0, 'kw_pat_'.length)}[secret]`);
}
