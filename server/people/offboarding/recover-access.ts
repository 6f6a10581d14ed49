import { randomUUIDv7 } from 'node:crypto';
import type { Transaction } from '#db/client.ts';
import { type AnyoneCtx, createCtx, noReply, type Runtime } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { assertWayOpen } from '#server/core/access/ways.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { endCodes } from '#server/core/one-time-codes/consume.ts';
import { codeLifeMs, issueCode } from '#server/core/one-time-codes/issue.ts';
import { endSessionsOfUser } from '#server/core/sessions/end.ts';
import { AppError } from '#server/errors.ts';
import { hashNewPassword, tellOfFirstPassword } from '#server/people/users/accept-password.ts';
import { addUser } from '#server/people/users/commands.ts';
import { linkOf, type LinkPurpose } from '#server/people/users/issue-links.ts';
import {
  findUserByEmail,
  findUserForUpdate,
  updateUserRow,
  type UserRow,
} from '#server/people/users/queries.ts';
import type { Secret } from '#server/secret.ts';

/** What an operator at the machine gives: a password, or null for a link by which its owner chooses one. */
export interface Recovery {
  email: string;
  password: Secret | null;
}

const operator = { kind: 'system', id: null, label: 'operator' } as const;

/**
 * Adds an admin, for when no admin can sign in. Returns the link, where there is no password. Throws `email_taken`,
 * `passwords_off`, `validation_failed`.
 */
export async function createAdmin(
  runtime: Runtime,
  { email, name, password }: Recovery & { name: string },
): Promise<string | null> {
  const ctx = operatorCtx(runtime);
  const passwordHash = await hashUnlessNull(runtime, email, password);
  return ctx.change(async (tx) => {
    const person = { tenantId: runtime.defaultTenantId, email, name, role: 'admin', passwordHash } as const;
    const user = await addUser(tx, ctx, person, operator);
    if (password) return null;
    return issueOperatorLink(tx, ctx, user, runtime.config.ways.password ? 'reset' : 'invite');
  });
}

/**
 * Issues a link by which a person signs in another way than by a password, and links that to their account: for when they
 * cannot sign in, and passwords are off. Throws `not_found`, `account_deactivated`.
 */
export function inviteByOperator(runtime: Runtime, email: string): Promise<string> {
  const ctx = operatorCtx(runtime);
  return ctx.change(async (tx) => {
    const user = await findActiveUser(tx, email);
    const tenantId = user.tenantId as TenantId;
    await endCodes(tx, { tenantId, userId: user.id }, 'invite', ctx.now());
    await recordAudit(tx, ctx, {
      action: 'user.invite',
      actor: { ...operator, tenantId },
      resource: { type: 'user', id: user.id, label: user.email },
      detail: { mailed: false },
    });
    return issueOperatorLink(tx, ctx, user, 'invite');
  });
}

/**
 * Gives a person a new password, or a link by which to choose one; with either, all their sessions end. Returns the link.
 * Throws `not_found`, `account_deactivated`, `passwords_off`, `validation_failed`.
 */
export async function recoverPassword(
  runtime: Runtime,
  { email, password }: Recovery,
): Promise<string | null> {
  const ctx = operatorCtx(runtime);
  assertWayOpen(runtime.config, 'password');
  const passwordHash = await hashUnlessNull(runtime, email, password);
  return ctx.change(async (tx) => {
    const user = await findActiveUser(tx, email);
    const tenantId = user.tenantId as TenantId;
    await updateUserRow(tx, tenantId, user.id, {
      ...(passwordHash && { passwordHash }),
      passwordChosenByAdmin: false,
    });
    if (passwordHash) await tellOfFirstPassword(tx, ctx, user);
    const sessionsEnded = await endSessionsOfUser(tx, user.id);
    await endCodes(tx, { tenantId, userId: user.id }, undefined, ctx.now());
    await recordAudit(tx, ctx, {
      action: password ? 'user.set_password' : 'user.reset_password',
      actor: { ...operator, tenantId },
      resource: { type: 'user', id: user.id, label: user.email },
      detail: { sessionsEnded },
    });
    return password ? null : issueOperatorLink(tx, ctx, user, 'reset');
  });
}

async function findActiveUser(tx: Transaction, email: string): Promise<UserRow> {
  const found = await findUserByEmail(tx, email);
  const user = found && (await findUserForUpdate(tx, found.tenantId as TenantId, found.id));
  if (!user) throw new AppError('not_found', 'Nobody has this e-mail address.');
  if (user.deactivatedAt)
    throw new AppError(
      'account_deactivated',
      'This account is deactivated. An admin can switch it on again.',
    );
  return user;
}

async function hashUnlessNull(
  runtime: Runtime,
  email: string,
  password: Secret | null,
): Promise<string | null> {
  return password && (await hashNewPassword(runtime, { password: password.reveal(), email }));
}

async function issueOperatorLink(
  tx: Transaction,
  ctx: AnyoneCtx,
  user: UserRow,
  purpose: LinkPurpose,
): Promise<string> {
  const holder = { tenantId: user.tenantId as TenantId, userId: user.id };
  const link = { ...holder, purpose, lifeMs: codeLifeMs[purpose], issuer: null } as const;
  const code = await issueCode(tx, link, ctx.now());
  return linkOf(ctx.runtime, purpose, code);
}

function operatorCtx(runtime: Runtime): AnyoneCtx {
  const request = { id: randomUUIDv7(), address: '127.0.0.1', userAgent: null, endpoint: 'none' };
  return createCtx(runtime, { request, principal: null, reply: noReply });
}
