import { createPrivateKey, generateKeyPairSync, randomUUIDv7, type KeyObject } from 'node:crypto';
import type { Connection } from '#db/client.ts';
import type { Config } from '#server/config.ts';
import type { Runtime } from '#server/core/access/context.ts';
import { createEncryptor, existingMasterKey, WrongMasterKeyError } from '#server/core/crypto/encryption.ts';
import {
  findLastEnd,
  findSigningKey,
  insertSigningKey,
  listPublishedKeys,
  lockSigningKeys,
  type SigningKeyRow,
} from '#server/core/signing-keys/queries.ts';
import { signingLimits, type JwksView } from '#server/core/signing-keys/schema.ts';
import { AppError } from '#server/errors.ts';

export interface JwtSigner {
  kid: string;
  privateKey: KeyObject;
}

/** The key to sign with now. The first is made by the first start, the next a day before it is needed. */
export async function openSigner(runtime: Runtime): Promise<JwtSigner> {
  const at = runtime.clock.now();
  let row = await findSigningKey(runtime.db, at);
  if (!row || secondsBetween(at, row.signsUntil) < signingLimits.announced) {
    await makeDueKey(runtime);
    // Not of that moment any more: a first key signs from when it was made.
    row = await findSigningKey(runtime.db, runtime.clock.now());
  }
  if (!row) throw new Error('There is no signing key, though one was made');
  return { kid: row.id, privateKey: openPrivateKey(runtime, row) };
}

/** The public halves of all keys whose tokens may be alive. */
export async function listPublicKeys(runtime: Runtime): Promise<JwksView> {
  const rows = await listPublishedKeys(runtime.db, runtime.clock.now());
  return {
    keys: rows.map(({ id, publicJwk: { kty, crv, x } }) => ({
      kty,
      crv,
      alg: 'EdDSA',
      use: 'sig',
      kid: id,
      x,
    })),
  };
}

/**
 * Throws where the database holds keys that this server cannot open, as `existingMasterKey` and `Sealer.open` do: better at
 * start than on the first call.
 */
export async function assertKeysOpen(db: Connection, config: Config, at: Date): Promise<void> {
  const rows = await listPublishedKeys(db, at);
  if (rows.length === 0) return;
  const sealer = createEncryptor(existingMasterKey(config));
  for (const { id, sealedPrivateKey } of rows) sealer.decrypt(sealedPrivateKey, placeOf(id));
}

async function makeDueKey(runtime: Runtime): Promise<void> {
  const made = await runtime.db.transaction(async (tx) => {
    await lockSigningKeys(tx);
    const at = runtime.clock.now();
    const current = await findSigningKey(tx, at);
    const lastEnd = await findLastEnd(tx);
    if (current && lastEnd && secondsBetween(at, lastEnd) >= signingLimits.announced) return undefined;
    // Without a current one, the next may be announced all the same: somebody ended the current one by hand.
    const row = newKey(runtime, at, (current && lastEnd) ?? at);
    await insertSigningKey(tx, row);
    return row;
  });
  if (made) runtime.log.info({ kid: made.id, signsFrom: made.signsFrom }, 'a signing key was made');
}

function newKey({ encryptor: sealer }: Runtime, at: Date, signsFrom: Date): SigningKeyRow {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const id = randomUUIDv7();
  const signsUntil = later(signsFrom, signingLimits.keyLife);
  return {
    id,
    publicJwk: publicKey.export({ format: 'jwk' }) as SigningKeyRow['publicJwk'],
    sealedPrivateKey: sealer().encrypt(privateKey.export({ format: 'der', type: 'pkcs8' }), placeOf(id)),
    createdAt: at,
    signsFrom,
    signsUntil,
    publishedUntil: later(signsUntil, signingLimits.tokenLife + signingLimits.afterglow),
  };
}

function openPrivateKey({ encryptor: sealer }: Runtime, { id, sealedPrivateKey }: SigningKeyRow): KeyObject {
  try {
    const key = sealer().decrypt(sealedPrivateKey, placeOf(id));
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  } catch (error) {
    if (!(error instanceof WrongMasterKeyError)) throw error;
    throw new AppError(
      'unavailable',
      'This server cannot sign: its KEYWARD_MASTER_KEY is not that of the others.',
      {
        cause: error,
      },
    );
  }
}

function placeOf(id: string): string {
  return `signing_keys/${id}`;
}

function later(at: Date, seconds: number): Date {
  return new Date(at.getTime() + seconds * 1_000);
}

function secondsBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 1_000;
}
