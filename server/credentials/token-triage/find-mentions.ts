import { parseSecret } from '#server/core/secrets/format.ts';
import { secretKinds, secretLengths, shownPart } from '#server/core/secrets/schema.ts';

/** Something in a text that may be a token: a secret by form and checksum, or only what one begins with. */
export interface TokenMention {
  prefix: string;
  /** Of the whole secret. */
  hash?: Buffer;
}

const secretLength = 'kw_pat_'.length + secretLengths.body + secretLengths.checksum;
const beginning = new RegExp(`kw_(?:${secretKinds.join('|')})_[0-9A-Za-z]{8,}`, 'g');

/** What a text mentions, each once and in its order. A prefix is left out where a whole secret begins with it. */
export function findMentions(text: string): TokenMention[] {
  const mentions = new Map<string, TokenMention>();
  for (const [found] of text.matchAll(beginning)) {
    const prefix = shownPart(found);
    const hash = parseSecret(found.slice(0, secretLength))?.secret.hash();
    mentions.set(hash?.toString('hex') ?? prefix, { prefix, ...(hash && { hash }) });
  }
  const all = [...mentions.values()];
  const ofSecrets = new Set(all.flatMap(({ prefix, hash }) => (hash ? prefix : [])));
  return all.filter(({ prefix, hash }) => hash ?? !ofSecrets.has(prefix));
}
