import { randomUUIDv7 } from 'node:crypto';
import type { Transaction } from '#db/client.ts';
import { createCtx, noReply, type AnyoneCtx } from '#server/access/context.ts';
import type { TenantId } from '#server/access/principal.ts';
import { recordAudit } from '#server/audit/record.ts';
import { endCodes } from '#server/codes/consume.ts';
import { codeLifeMs, issueCode } from '#server/codes/issue.ts';
import type { Secret } from '#server/credentials/secret.ts';
import { AppError } from '#server/errors.ts';
import type { Runtime } from '#server/runtime.ts';
import { endSessionsOfUser } from '#server/sessions/end.ts';
import { addUser } from '#server/users/commands.ts';
import { linkOf } from '#server/users/issue-links.ts';
import { assertUncommonPassword, hashPassword } from '#server/users/password.ts';
import { findUserByEmail, findUserForUpdate, updateUserRow, type UserRow } from '#server/users/queries.ts';

/** What an operator at the machine gives: a password, or null for a link by which its owner chooses one. */
export interface Recovery {
  email: string;
  password: Secret | null;
}

const operator = { kind: 'system', id: null, label: 'operator' } as const;

/** Adds an admin, for when nobody can sign in as one. Returns the link, where one was asked for. Throws `email_taken`, `validation_failed`. */
export async function createAdmin(
  runtime: Runtime,
  { email, name, password }: Recovery & { name: string },
): Promise<string | null> {
  const ctx = operatorCtx(runtime);
  const passwordHash = await hashUnlessNull(email, password);
  return ctx.change(async (tx) => {
    const person = { tenantId: runtime.defaultTenantId, email, name, role: 'admin', passwordHash } as const;
    const user = await addUser(tx, ctx, person, operator);
    return password ? null : issueResetLink(tx, ctx, user);
  });
}

/**
 * Gives somebody a new password, or a link by which to choose one; with either, all their sessions end. Returns the link.
 * Throws `not_found`, `user_deactivated`, `validation_failed`.
 */
export async function recoverPassword(
  runtime: Runtime,
  { email, password }: Recovery,
): Promise<string | null> {
  const ctx = operatorCtx(runtime);
  const passwordHash = await hashUnlessNull(email, password);
  return ctx.change(async (tx) => {
    const found = await findUserByEmail(tx, email);
    const user = found && (await findUserForUpdate(tx, found.tenantId as TenantId, found.id));
    if (!user) throw new AppError('not_found', 'Nobody has this e-mail address.');
    if (user.deactivatedAt)
      throw new AppError(
        'account_deactivated',
        'This account is deactivated. An admin can switch it on again.',
      );
    const tenantId = user.tenantId as TenantId;
    await updateUserRow(tx, tenantId, user.id, {
      ...(passwordHash && { passwordHash }),
      passwordChosenByAdmin: false,
    });
    const sessionsEnded = await endSessionsOfUser(tx, user.id);
    await endCodes(tx, { tenantId, userId: user.id }, undefined, ctx.now());
    await recordAudit(tx, ctx, {
      action: password ? 'user.set_password' : 'user.reset_password',
      actor: { ...operator, tenantId },
      resource: { type: 'user', id: user.id, label: user.email },
      detail: { sessionsEnded },
    });
    return password ? null : issueResetLink(tx, ctx, user);
  });
}

async function hashUnlessNull(email: string, password: Secret | null): Promise<string | null> {
  if (!password) return null;
  assertUncommonPassword(password.reveal(), email);
  return hashPassword(password.reveal());
}

async function issueResetLink(tx: Transaction, ctx: AnyoneCtx, user: UserRow): Promise<string> {
  const holder = { tenantId: user.tenantId as TenantId, userId: user.id };
  const code = await issueCode(tx, { ...holder, purpose: 'reset', lifeMs: codeLifeMs.reset }, ctx.now());
  return linkOf(ctx.runtime, 'reset', code);
}

function operatorCtx(runtime: Runtime): AnyoneCtx {
  const request = { id: randomUUIDv7(), address: '127.0.0.1', userAgent: null, endpoint: 'none' };
  return createCtx(runtime, { request, principal: null, reply: noReply });
}
