import { randomUUIDv7 } from 'node:crypto';
import type { Connection, Transaction } from '#db/client.ts';
import { violatedUnique } from '#db/errors.ts';
import type { AnyoneCtx } from '#server/core/access/context.ts';
import { ceilingOf, rolePermissions } from '#server/core/access/permissions.ts';
import { cutText, type Grant, type Resources, type Role } from '#server/core/access/schema.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { displayPrefix, newSecret } from '#server/core/secrets/format.ts';
import { assertRoomForToken, countMadeSecret } from '#server/credentials/tokens/count-quota.ts';
import { viewToken } from '#server/credentials/tokens/list.ts';
import {
  findLiveNames,
  findToken,
  findTokenPolicy,
  insertCredential,
  lockOwner,
  releaseExpiredName,
  type Owner,
} from '#server/credentials/tokens/queries.ts';
import { assertGrantable, expiryOf, freeName, usualDays } from '#server/credentials/tokens/rules.ts';
import { tokenLimits, type CreatedTokenView } from '#server/credentials/tokens/schema.ts';
import { AppError, notFound } from '#server/errors.ts';

/** What somebody may ask a token to be. */
export interface Terms {
  permissions: Grant;
  /** Null: never expires. Undefined: as long as usual. */
  expiresInDays: number | null | undefined;
}

export interface SettledTerms {
  permissions: Grant;
  expiresInDays: number | null;
  expiresAt: Date | null;
}

export interface NewToken extends Terms {
  name: string;
  ipAllowlist: string[];
  /** Left out: every resource. */
  resources?: Resources | undefined;
  /** How it came about, for the audit log. */
  via?: Record<string, unknown>;
}

/**
 * What a token made now on these terms would be. Throws `permission_denied` for a role that may make none,
 * `validation_failed` for permissions beyond it and for a life that the tenant forbids, `too_many_tokens`.
 */
export async function settleTerms(
  db: Connection,
  { role, isPlatformAdmin, ...owner }: Owner & { role: Role; isPlatformAdmin: boolean },
  { permissions, expiresInDays: asked }: Terms,
  at: Date,
): Promise<SettledTerms> {
  if (!rolePermissions[role].has('tokens:write'))
    throw new AppError('permission_denied', `The role ${role} cannot make tokens. Ask an admin for another.`);
  assertGrantable(ceilingOf({ kind: 'user', role, isPlatformAdmin }), permissions);
  const policy = await findTokenPolicy(db, owner.tenantId);
  if (!policy) throw notFound('tenant');
  await assertRoomForToken(db, owner, at);
  const expiresInDays = asked === undefined ? usualDays(policy) : asked;
  return { permissions, expiresInDays, expiresAt: expiryOf(expiresInDays, policy, at) };
}

/**
 * Makes a token within the change that lets somebody have it. The answer holds its secret, for the only time. Throws
 * `account_deactivated`, `name_taken`, `rate_limited`, and what `settleTerms` throws.
 */
export async function issueToken(
  tx: Transaction,
  ctx: AnyoneCtx,
  owner: Owner,
  { name, ipAllowlist, resources, via, ...asked }: NewToken,
): Promise<CreatedTokenView> {
  const { tenantId, userId } = owner;
  const { email, ...standing } = await lockActiveOwner(tx, owner);
  const createdAt = ctx.now();
  const terms = await settleTerms(tx, { ...owner, ...standing }, asked, createdAt);
  const { permissions, expiresInDays, expiresAt } = terms;
  const id = randomUUIDv7();
  const granted = { name, permissions: [...permissions], resources, ipAllowlist, createdAt, expiresAt };
  const secret = newSecret('pat');
  await countMadeSecret(tx, owner, createdAt);
  await releaseExpiredName(tx, owner, { name, at: createdAt });
  await refusingTakenName(() =>
    insertCredential(
      tx,
      { id, tenantId, kind: 'pat', ownerUserId: userId, ...granted },
      { hash: secret.hash(), prefix: displayPrefix(secret) },
    ),
  );
  await recordAudit(tx, ctx, {
    action: 'token.create',
    actor: { kind: 'user', id: userId, label: email, tenantId },
    resource: { type: 'token', id, label: name },
    detail: { expiresInDays, permissions, ...(resources && { resources }), ipAllowlist, ...via },
  });
  const token = await findToken(tx, owner, id);
  if (!token) throw notFound('token');
  return { token: secret.reveal(), credential: await viewToken(tx, tenantId, token, createdAt) };
}

/** As `issueToken`, for a machine: where its owner has a token of that name, it is told apart by a number. */
export async function issueMachineToken(
  tx: Transaction,
  ctx: AnyoneCtx,
  owner: Owner,
  token: Omit<NewToken, 'ipAllowlist' | 'resources'>,
): Promise<CreatedTokenView> {
  await lockActiveOwner(tx, owner);
  // So much stays of a name however long its number is.
  const start = cutText(token.name, tokenLimits.nameLength - 10);
  const name = freeName(token.name, await findLiveNames(tx, owner, { start, at: ctx.now() }));
  return issueToken(tx, ctx, owner, { ...token, name, ipAllowlist: [] });
}

/** Whoever was deleted while this waited would otherwise leave a token behind that nothing revokes. */
export async function lockActiveOwner(tx: Transaction, owner: Owner) {
  const found = await lockOwner(tx, owner);
  if (found) return found;
  throw new AppError('account_deactivated', 'This account was deactivated a moment ago.');
}

/** Throws `name_taken` where a write finds that its owner has a live token of that name. */
export async function refusingTakenName<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (violatedUnique(error) !== 'credentials_live_name') throw error;
    throw new AppError(
      'name_taken',
      'You have an active token of this name. Choose another name, or revoke that one first.',
    );
  }
}
