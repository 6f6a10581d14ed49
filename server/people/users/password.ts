import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { dictionary } from '@zxcvbn-ts/language-common';
import { createTurns, currentParty, TurnRefusedError, type Release } from '#db/turns.ts';
import { canonicalEmail } from '#server/account-schema.ts';
import { widerNetwork } from '#server/core/network/address.ts';
import { AppError, invalid } from '#server/errors.ts';

/** OWASP's argon2id parameters: 19 MiB, two passes, one lane. */
const parameters = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const tagLength = 32;
/** Where nothing moves, and where one's turn comes nearer. */
const patience = { waitMs: 5_000, longestMs: 20_000 };

/**
 * The thread pool has four threads. Strangers wait by turns of their networks, and never before a person who is signed in or
 * whose browser has signed in before: a flood of sign-ins waits behind itself.
 */
const turns = {
  known: createTurns({ size: 2, perParty: 2, waitingPerParty: 64, ...patience }),
  strangers: createTurns({ size: 3, perParty: 2, waitingPerParty: 200, ...patience }),
};

const phcForm = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
const common = new Set(dictionary['passwords-common']);
const argon2Async = promisify(argon2);

interface Phc {
  memory: number;
  passes: number;
  parallelism: number;
  nonce: Buffer;
  tag: Buffer;
}

/** Hashes a password with argon2id. Returns a PHC string. Throws `unavailable` when too many wait. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive(password, { ...parameters, nonce, tagLength });
  const { memory, passes, parallelism } = parameters;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(tag)}`;
}

/**
 * Checks a password against a PHC string; null stands for "no such account" and takes as long. `stale` asks for a rehash:
 * the parameters have changed since. Throws `auth_internal` for a hash that cannot be read: that is not a wrong password.
 */
export async function verifyPassword(
  stored: string | null,
  password: string,
): Promise<{ ok: boolean; stale: boolean }> {
  if (stored === null) {
    await hashPassword(password);
    return { ok: false, stale: false };
  }
  const phc = parsePhc(stored);
  const { nonce, tag, ...cost } = phc;
  const derived = await derive(password, { ...cost, nonce, tagLength: tag.length });
  const stale =
    cost.memory !== parameters.memory ||
    cost.passes !== parameters.passes ||
    cost.parallelism !== parameters.parallelism;
  return { ok: timingSafeEqual(derived, tag), stale };
}

/** Throws `validation_failed` for a password that many people use, or that is the person's own address. */
export function assertUncommonPassword(password: string, email: string, field = 'password'): void {
  const plain = password.normalize('NFKC').toLowerCase();
  if (common.has(plain)) throw invalid(field, 'This is one of the most common passwords. Choose another.');
  if (plain === canonicalEmail(email))
    throw invalid(field, 'Choose something other than your e-mail address.');
}

function parsePhc(stored: string): Phc {
  const [, memory, passes, parallelism, nonce, tag] = phcForm.exec(stored) ?? [];
  if (!nonce || !tag) {
    throw new AppError(
      'auth_internal',
      'Your account could not be checked. Tell whoever runs this server the request id.',
    );
  }
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    nonce: Buffer.from(nonce, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

async function derive(password: string, options: Omit<Phc, 'tag'> & { tagLength: number }): Promise<Buffer> {
  const release = await takeTurn();
  try {
    return await argon2Async('argon2id', { message: password.normalize('NFKC'), ...options });
  } catch (cause) {
    throw new AppError(
      'auth_internal',
      'Your password could not be checked. Tell whoever runs this server the request id.',
      { cause },
    );
  } finally {
    release();
  }
}

async function takeTurn(): Promise<Release> {
  const { key, isKnown } = currentParty();
  try {
    return await (isKnown ? turns.known.take(key) : turns.strangers.take(widerNetwork(key)));
  } catch (error) {
    if (!(error instanceof TurnRefusedError)) throw error;
    throw new AppError(
      'unavailable',
      'Too many people are signing in at this moment. Try again in a few seconds.',
    );
  }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
