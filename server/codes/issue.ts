import { randomUUIDv7 } from 'node:crypto';
import type { Transaction } from '#db/client.ts';
import { insertCode, type CodeHolder, type Purpose } from '#server/codes/queries.ts';
import { randomBase62 } from '#server/credentials/format.ts';
import { Secret } from '#server/credentials/secret.ts';

const minute = 60_000;

/** How long a code of each purpose lives, in milliseconds. */
export const codeLifeMs = {
  invite: 24 * 60 * minute,
  reset: 24 * 60 * minute,
  magic: 15 * minute,
  setup: 10 * minute,
} as const satisfies Partial<Record<Purpose, number>>;

export interface NewCode extends CodeHolder {
  purpose: Purpose;
  lifeMs: number;
  /** What the code's own page needs to go on with. Never a secret. */
  payload?: Record<string, unknown>;
  /** Left out: both are made here. */
  id?: string;
  secret?: Secret;
}

const newCode = () => new Secret(randomBase62(32));

/**
 * Makes a code that is good once, for one purpose. The answer is the only place where it stands: stored is its hash.
 * Codes that are open already stay open; `endCodes` ends them.
 */
export async function issueCode(tx: Transaction, code: NewCode, at: Date): Promise<Secret> {
  const { secret = newCode(), ...rest } = code;
  await recordCode(tx, { ...rest, hash: secret.hash() }, at);
  return secret;
}

/** The same for a code that somebody has already. */
export async function recordCode(
  tx: Transaction,
  { lifeMs, payload = {}, id = randomUUIDv7(), ...rest }: Omit<NewCode, 'secret'> & { hash: Buffer },
  at: Date,
): Promise<void> {
  const expiresAt = new Date(at.getTime() + lifeMs);
  await insertCode(tx, { ...rest, payload, id, createdAt: at, expiresAt });
}
