import { randomUUIDv7 } from 'node:crypto';
import type { Transaction } from '#db/client.ts';
import type { UserPrincipal } from '#server/core/access/principal.ts';
import {
  findHeldCodeRow,
  findOpenCodeById,
  insertCode,
  lockIssuedBy,
  lockPeople,
  type CodeHolder,
  type CodeIssuer,
  type Purpose,
} from '#server/core/one-time-codes/queries.ts';
import { requiredRole } from '#server/core/one-time-codes/rules.ts';
import { randomBase62 } from '#server/core/secrets/format.ts';
import { AppError } from '#server/errors.ts';
import { Secret } from '#server/secret.ts';

const minute = 60_000;

/** How long a code of each purpose lives, in milliseconds. A password that an admin chose lives as long as a link would. */
export const codeLifeMs = {
  invite: 24 * 60 * minute,
  reset: 24 * 60 * minute,
  password: 24 * 60 * minute,
  magic: 15 * minute,
  setup: 10 * minute,
} as const satisfies Partial<Record<Purpose, number>>;

export interface NewCode extends CodeHolder {
  purpose: Purpose;
  lifeMs: number;
  /** Who hands it out, whose right to do so it ends with; null: the holder asked for it, or an operator at the machine. */
  issuer: CodeIssuer | null;
  /** It opens another tenant than the issuer's, so it ends with their being a platform admin too. */
  requiresPlatformAdmin?: boolean;
  /** The issuer is that of a code which this one replaces, and whose session may have ended since. */
  isInherited?: boolean;
  /** What its use needs to go on with. Never a secret that works. */
  payload?: Record<string, unknown>;
  /** Left out: both are made here. */
  id?: string;
  secret?: Secret;
}

const newCode = () => new Secret(randomBase62(32));

/** The person of a request as the issuer of a code. */
export function issuerOf({ user, origin }: UserPrincipal): CodeIssuer {
  const isSession = origin.kind === 'session';
  return {
    userId: user.id,
    sessionId: isSession ? origin.id : null,
    credentialId: isSession ? null : origin.id,
  };
}

/**
 * Makes a code that is good once, for one purpose. The answer is the only place where it stands: stored is its hash.
 * Codes that are open already stay open; `endCodes` ends them. Throws `permission_denied` for an issuer who lost the right
 * to it a moment ago.
 */
export async function issueCode(tx: Transaction, code: NewCode, at: Date): Promise<Secret> {
  const { secret = newCode(), ...rest } = code;
  await recordCode(tx, { ...rest, hash: secret.hash() }, at);
  return secret;
}

/** The same for a code that its holder has already. */
export async function recordCode(
  tx: Transaction,
  code: Omit<NewCode, 'secret'> & { hash: Buffer },
  at: Date,
): Promise<void> {
  const { lifeMs, issuer, isInherited = false, payload = {}, id = randomUUIDv7(), ...rest } = code;
  await lockPeople(tx, rest, issuer);
  // A session that ends from now on takes the code along; one that has ended can take nothing along any more.
  if (issuer && !(await lockIssuedBy(tx, issuer)) && !isInherited) throw lostRight();
  const expiresAt = new Date(at.getTime() + lifeMs);
  await insertCode(tx, {
    ...rest,
    ...(issuer && {
      issuedBy: issuer.userId,
      issuedSessionId: issuer.sessionId,
      issuedCredentialId: issuer.credentialId,
      requiredRole: requiredRole(code.purpose),
    }),
    payload,
    id,
    createdAt: at,
    expiresAt,
  });
  // A deactivation that ran at this moment found no code to end; the lock shows it, so that none stays behind.
  if (!(await findOpenCodeById(tx, id, at))) throw lostRight();
}

const lostRight = () => new AppError('permission_denied', 'You lost the right to do this a moment ago.');

/**
 * A second code beside an open one, of the same issuer, so that the first lies nowhere. Undefined where none is open any
 * more.
 */
export async function issueSecondCode(
  tx: Transaction,
  { holder, purpose, lifeMs }: { holder: CodeHolder; purpose: Purpose; lifeMs: number },
  at: Date,
): Promise<Secret | undefined> {
  const seen = await findHeldCodeRow(tx, { holder, purpose, at });
  if (!seen) return undefined;
  await lockPeople(tx, holder, seen.issuer);
  const first = await findHeldCodeRow(tx, { holder, purpose, at });
  if (!first) return undefined;
  return issueCode(tx, { ...holder, purpose, lifeMs, issuer: first.issuer, isInherited: true }, at);
}
