import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ConfigError, type Config } from '#server/config.ts';
import { isThere, makeKeyFile, readKeyFile } from '#server/core/crypto/key-file.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    /** Opened when it is first needed: until then no key has to be there. */
    encryptor: () => Encryptor;
  }
}

const version = 1;
const keyLength = 32;
const keyIdLength = 8;
const ivLength = 12;
const tagLength = 16;
const bodyStart = 1 + keyIdLength + ivLength + tagLength;

/** The key is another one than that under which something was sealed. */
export class WrongMasterKeyError extends Error {}

/** There is no key here, and something that was sealed. */
export class MissingMasterKeyError extends Error {}

/** What was sealed does not open under its key: it was changed, or moved from another row. */
export class BrokenSealError extends Error {}

/** Encrypts what the database keeps but must not be able to read. */
export interface Encryptor {
  /** `row`: table and id of where it is kept. What is sealed for one row opens in no other. */
  encrypt(secret: Buffer, row: string): Buffer;
  /** Throws `WrongMasterKeyError`, and `BrokenSealError` for what was tampered with or moved to another row. */
  decrypt(sealed: Buffer, row: string): Buffer;
}

/** AES-256-GCM under a key of 32 bytes. Sealed: version, id of the key, IV, tag, ciphertext. */
export function createEncryptor(key: Buffer): Encryptor {
  const keyId = createHash('sha256')
    .update('keyward master key id\0')
    .update(key)
    .digest()
    .subarray(0, keyIdLength);
  const associated = (row: string) => Buffer.concat([Buffer.of(version), keyId, Buffer.from(row)]);
  return {
    encrypt(secret, row) {
      const iv = randomBytes(ivLength);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(associated(row));
      const body = Buffer.concat([cipher.update(secret), cipher.final()]);
      return Buffer.concat([Buffer.of(version), keyId, iv, cipher.getAuthTag(), body]);
    },
    decrypt(sealed, row) {
      if (sealed[0] !== version || !sealed.subarray(1, 1 + keyIdLength).equals(keyId))
        throw new WrongMasterKeyError('This was sealed under another KEYWARD_MASTER_KEY.');
      const iv = sealed.subarray(1 + keyIdLength, 1 + keyIdLength + ivLength);
      const tag = sealed.subarray(bodyStart - tagLength, bodyStart);
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagLength });
        decipher.setAAD(associated(row)).setAuthTag(tag);
        return Buffer.concat([decipher.update(sealed.subarray(bodyStart)), decipher.final()]);
      } catch (cause) {
        throw new BrokenSealError(`What is sealed in ${row} was changed, or is another row's.`, { cause });
      }
    },
  };
}

/** The configured key, or the one in the data folder, which is made there when it is first needed. */
export function masterKeyOf(config: Config): Buffer {
  const file = keyFileIn(config);
  if (!config.masterKey && !isThere(file))
    makeKeyFile(file, `${randomBytes(keyLength).toString('base64')}\n`);
  return existingMasterKey(config);
}

/** Throws `ConfigError` where the file of a key is there and holds none: none is made in its place. */
export function assertMasterKeyFile(config: Config): void {
  const file = masterKeyPlace(config);
  if (config.masterKey || !file) return;
  if (readKeyFile(file) === undefined)
    throw new ConfigError(`${file} is a link that leads nowhere. Put back what it leads to, or remove it.`);
  existingMasterKey(config);
}

/** The setting or the file that holds the key; undefined where none was made yet. */
export function masterKeyPlace(config: Config): string | undefined {
  if (config.masterKey) return 'KEYWARD_MASTER_KEY';
  return isThere(keyFileIn(config)) ? keyFileIn(config) : undefined;
}

/** The key under which something is sealed already: making one would not open it. Throws `MissingMasterKeyError`. */
export function existingMasterKey(config: Config): Buffer {
  if (config.masterKey) return decodeKey(config.masterKey.reveal());
  const file = keyFileIn(config);
  const text = readKeyFile(file);
  if (text === undefined) throw new MissingMasterKeyError(`There is no ${file}, and no KEYWARD_MASTER_KEY.`);
  const key = decodeKey(text.trim());
  if (key.length !== keyLength)
    throw new ConfigError(
      `${file} does not hold a key of 32 bytes in base64. Put back the copy of it. Only where the database holds no signing ` +
        'key yet may it be removed: another is made when it is needed.',
    );
  return key;
}

const keyFileIn = ({ dataFolder }: Config) => join(dataFolder, 'master.key');

function decodeKey(text: string): Buffer {
  return Buffer.from(text, text.length === keyLength * 2 ? 'hex' : 'base64');
}
