import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '#server/config.ts';

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

/** The key that is there already; undefined where `openAuditKey` would make one. */
export function findAuditKey(config: Config): AuditKey | undefined {
  return config.auditKey || existsSync(fileIn(config.dataFolder)) ? openAuditKey(config) : undefined;
}

/**
 * The key that is configured, or one in the data folder that is made at first start. Several keys may be configured, one
 * after the other: the first signs, and all of them vouch for what they signed.
 */
export function openAuditKey({ auditKey, dataFolder }: Config): AuditKey {
  const text = auditKey?.reveal() ?? readOrMake(fileIn(dataFolder));
  const blocks = text.match(/-----BEGIN [A-Z ]+-----[\s\S]+?-----END [A-Z ]+-----/g) ?? [];
  const [first = ''] = blocks;
  const signing = createPrivateKey(first);
  const known = new Map(blocks.map((block) => [keyId(createPublicKey(block)), createPublicKey(block)]));
  const own = createPublicKey(signing);
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

function readOrMake(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const made = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    // Whoever else starts at this moment on the same folder keeps theirs.
    writeFileSync(path, made, { mode: 0o600, flag: 'wx' });
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return readFileSync(path, 'utf8');
    throw error;
  }
}
