/** Why a credential that is known may be refused. */
export const credentialRefusals = [
  'token_revoked',
  'token_expired',
  'secret_retired',
  'token_disabled',
  'account_deactivated',
  'tenant_suspended',
  'paused',
  'ip_not_allowed',
] as const;
export type CredentialRefusal = (typeof credentialRefusals)[number];

/** With so many days left, or fewer, a credential expires soon: statuses, notices and the header that warns programs agree. */
export const soonDays = 7;

/** The form of a secret and its checksum, pure: a scanner finds one without asking anybody. */
export const secretKinds = ['pat', 'key', 'agt', 'set'] as const;
export type SecretKind = (typeof secretKinds)[number];

export const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const secretLengths = { body: 32, checksum: 6, shown: 'kw_pat_'.length + 8 } as const;

const pattern = `kw_(${secretKinds.join('|')})_[0-9A-Za-z]{${secretLengths.body + secretLengths.checksum}}`;
const whole = new RegExp(`^${pattern}$`);
/** Whatever has the form of a secret, wherever it stands in a text and whether or not its checksum is right. */
export const secretForm = new RegExp(pattern, 'g');

/** What kind of secret a string is; undefined when its form or its checksum is wrong. */
export function secretKind(text: string): SecretKind | undefined {
  const kind = whole.exec(text)?.[1];
  const stem = text.slice(0, -secretLengths.checksum);
  return kind && secretChecksum(stem) === text.slice(-secretLengths.checksum)
    ? (kind as SecretKind)
    : undefined;
}

/** Every string in a text that is a secret by form and checksum, and where it begins. */
export function findSecretTexts(text: string): { text: string; at: number }[] {
  if (!text.includes('kw_')) return [];
  return [...text.matchAll(secretForm)]
    .map(({ 0: found, index }) => ({ text: found, at: index }))
    .filter((found) => secretKind(found.text));
}

/** The part of a secret that may be shown: `kw_pat_` and 8 characters. */
export function shownPart(secret: string): string {
  return secret.slice(0, secretLengths.shown);
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xed_b8_83_20 : rest >>> 1;
  return rest;
});

/** CRC-32 (ISO 3309, as in zlib) of an ASCII text, in base62, padded to six characters. */
export function secretChecksum(stem: string): string {
  let crc = 0xff_ff_ff_ff;
  for (let at = 0; at < stem.length; at++)
    crc = (crc >>> 8) ^ (crcTable[(crc ^ stem.charCodeAt(at)) & 0xff] ?? 0);
  let rest = (crc ^ 0xff_ff_ff_ff) >>> 0;
  let text = '';
  for (let i = 0; i < secretLengths.checksum; i++) {
    text = (base62[rest % 62] ?? '') + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
