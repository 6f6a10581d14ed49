import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { join } from 'node:path';
import { ConfigError, type Config } from '#server/config.ts';
import { isThere, makeKeyFile, readKeyFile } from '#server/core/crypto/key-file.ts';

/** What seals are signed with, and what they are checked by. */
export interface AuditKey {
  /** The beginning of the public key's SHA-256. */
  id: string;
  publicKey: string;
  /** Ed25519, base64url. */
  sign(text: string): string;
  knows(key: string): boolean;
  /** `unknown` for a signature by a key that this server was not given. */
  check(key: string, text: string, signature: string): 'good' | 'bad' | 'unknown';
}

const fileIn = (dataFolder: string) => join(dataFolder, 'audit-key.pem');

/** The setting or the file that holds the key, or will. */
export function auditKeyPlace({ auditKey, dataFolder }: Config): string {
  return auditKey ? 'KEYWARD_AUDIT_KEY' : fileIn(dataFolder);
}

/** The key that is there already; undefined where `openAuditKey` would make one. Throws as that does. */
export function findAuditKey(config: Config): AuditKey | undefined {
  return config.auditKey || isThere(auditKeyPlace(config)) ? openAuditKey(config) : undefined;
}

/**
 * The key that is configured, or one in the data folder that is made at first start. Several keys may be configured, one
 * after the other: the first signs, and all of them vouch for what they signed. Throws `ConfigError` for what is no key.
 */
export function openAuditKey(config: Config): AuditKey {
  const place = auditKeyPlace(config);
  const [signing, ...checking] = parseKeys(config.auditKey?.reveal() ?? readOrMake(place), place);
  const own = createPublicKey(signing);
  const known = new Map([own, ...checking].map((key) => [keyId(key), key]));
  return {
    id: keyId(own),
    publicKey: own.export({ type: 'spki', format: 'pem' }),
    sign: (text) => sign(null, Buffer.from(text), signing).toString('base64url'),
    knows: (key) => known.has(key),
    check(key, text, signature) {
      const publicKey = known.get(key);
      if (!publicKey) return 'unknown';
      return verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64url')) ? 'good' : 'bad';
    },
  };
}

function keyId(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
}

/** One that signs, and those that only check. `place`: what an operator finds them by. */
function parseKeys(text: string, place: string): [signing: KeyObject, ...checking: KeyObject[]] {
  const [first = '', ...further] = text.match(/-----BEGIN [A-Z ]+-----[\s\S]+?-----END [A-Z ]+-----/g) ?? [];
  const signing = parsed(() => createPrivateKey(first));
  if (signing?.asymmetricKeyType !== 'ed25519')
    throw new ConfigError(
      `${place} holds no Ed25519 private key in PEM. Put back the copy of it. If there is none, remove it: another key is ` +
        'made, but what this one signed, seals of the audit log and backups, can no longer be checked.',
    );
  const checking = further.map((block, at) => {
    const key = parsed(() => createPublicKey(block));
    if (!key) throw new ConfigError(`${place}: key ${at + 2} in it cannot be read. Mend it, or take it out.`);
    return key;
  });
  return [signing, ...checking];
}

function parsed(parse: () => KeyObject): KeyObject | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

function readOrMake(path: string): string {
  const found = readKeyFile(path);
  if (found !== undefined) return found;
  makeKeyFile(path, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  // Where it is still not to be read, a link that leads nowhere has its name.
  return readKeyFile(path) ?? '';
}
