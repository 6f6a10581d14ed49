import { z } from 'zod';
import type { Connection, Transaction } from '#db/client.ts';
import type { AnyoneCtx } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { changedFields } from '#server/core/audit/changes.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { throttleFailures } from '#server/core/lockout/throttle.ts';
import { consumeCode, endCodes, findOpenCode, issuedBy } from '#server/core/one-time-codes/consume.ts';
import { endSessionsOfUser } from '#server/core/sessions/end.ts';
import type { SignedInView } from '#server/core/sessions/schema.ts';
import { AppError, invalid } from '#server/errors.ts';
import { admit, startSession } from '#server/people/sign-in/start.ts';
import { hashNewPassword, tellOfFirstPassword } from '#server/people/users/accept-password.ts';
import type { LinkPurpose } from '#server/people/users/issue-links.ts';
import { userResource } from '#server/people/users/lock.ts';
import { verifyPassword } from '#server/people/users/password.ts';
import { findUserRecord, updateUserRow, type UserRow } from '#server/people/users/queries.ts';
import type {
  AcceptInviteInput,
  CompleteResetInput,
  LinkCodeInput,
  LinkHolderView,
} from '#server/people/users/schema.ts';

const sentences: Record<LinkPurpose, string> = {
  invite:
    'This invite does not work any more. If you have used it already, sign in. If not, ask the person who invited you for a new one.',
  reset:
    'This link does not work any more. If you have chosen a password with it already, sign in. If not, ask an admin for a new one.',
};

/** Whose link it is. Looking uses nothing up, so a mail scanner may. Throws `code_invalid`, `rate_limited`. */
export async function checkLink(
  ctx: AnyoneCtx,
  purpose: LinkPurpose,
  { code }: LinkCodeInput,
): Promise<LinkHolderView> {
  const { name, email } = (await findLink(ctx, purpose, code)).user;
  return { name, email };
}

/** An open link and its holder, wrong codes counted. Throws `code_invalid`, `rate_limited`. */
function findLink(ctx: AnyoneCtx, purpose: LinkPurpose, code: string) {
  return throttleFailures(ctx, 'code', {}, async () => {
    const found = await findOpenCode(ctx.runtime.db, code, purpose, ctx.now());
    return { user: await holderOf(ctx.runtime.db, found, purpose), payload: found?.payload };
  });
}

/**
 * Lets an invited person in with a name and a password of their own, and ends every other link of theirs. Throws
 * `code_invalid`, `validation_failed`.
 */
export async function acceptInvite(
  ctx: AnyoneCtx,
  { code, name, password }: AcceptInviteInput,
): Promise<SignedInView> {
  const chosen = await prepareChoice(ctx, 'invite', code, password);
  const started = await ctx.change(async (tx) => {
    const { user, by } = await redeemInvite(tx, ctx, { code, name, ...chosen });
    return startSession(tx, ctx, { user, method: 'invite', issuedBy: by });
  });
  return admit(ctx, started);
}

/** Uses an invite up, and saves what its holder chose. Returns them, locked, and who invited them. Throws `code_invalid`. */
export async function redeemInvite(
  tx: Transaction,
  ctx: AnyoneCtx,
  { code, ...chosen }: { code: string; name?: string } & Partial<ChosenPassword>,
) {
  const { user, owner, by } = await consumeLink(tx, ctx, 'invite', code);
  const { name = user.name } = chosen;
  const joined = await updateUserRow(tx, owner.tenantId, user.id, { ...chosen, name });
  if (chosen.passwordHash !== undefined) await tellOfFirstPassword(tx, ctx, user);
  await endCodes(tx, owner, undefined, ctx.now());
  const detail = { changes: changedFields(user, { name }), issuedBy: by };
  await recordAudit(tx, ctx, { ...byThemselves(user), action: 'user.accept_invite', detail });
  return { user: joined, by };
}

/**
 * Gives a person the new password that they chose, and ends every session and link of theirs. It does not sign them in: someone who
 * reads their mail must not stay in unseen. Throws `code_invalid`, `validation_failed`.
 */
export async function completeReset(ctx: AnyoneCtx, { code, password }: CompleteResetInput): Promise<null> {
  const chosen = await prepareChoice(ctx, 'reset', code, password);
  return ctx.change(async (tx) => {
    const { user, owner, by } = await consumeLink(tx, ctx, 'reset', code);
    await updateUserRow(tx, owner.tenantId, user.id, chosen);
    await tellOfFirstPassword(tx, ctx, user);
    const sessions = await endSessionsOfUser(tx, user.id);
    await endCodes(tx, owner, undefined, ctx.now());
    const detail = { revoked: { sessions }, issuedBy: by };
    await recordAudit(tx, ctx, { ...byThemselves(user), action: 'user.complete_reset', detail });
    return null;
  });
}

/** Looks before it hashes, so that a made-up code costs nothing, and hashes outside of the transaction. */
async function prepareChoice(
  ctx: AnyoneCtx,
  purpose: LinkPurpose,
  code: string,
  password: string,
): Promise<ChosenPassword> {
  const { user, payload } = await findLink(ctx, purpose, code);
  await assertOther(payload, password);
  const passwordHash = await hashNewPassword(ctx.runtime, { password, email: user.email });
  return { passwordHash, passwordChosenByAdmin: false };
}

const replacing = z.object({ replaces: z.string() });

/** Throws `validation_failed` for the password that an admin chose, and so knows. */
async function assertOther(payload: unknown, password: string): Promise<void> {
  const { data } = replacing.safeParse(payload);
  if (data && (await verifyPassword(data.replaces, password)).ok)
    throw invalid('password', 'An admin chose this one. Choose another.');
}

interface ChosenPassword {
  passwordHash: string;
  passwordChosenByAdmin: boolean;
}

/** Uses a link up. Returns whose it is, and who handed it to them. Throws `code_invalid`. */
async function consumeLink(tx: Transaction, ctx: AnyoneCtx, purpose: LinkPurpose, code: string) {
  const found = await consumeCode(tx, code, purpose, ctx.now());
  if (!found) throw linkEnded(purpose);
  const user = await holderOf(tx, found, purpose);
  const owner = { tenantId: user.tenantId as TenantId, userId: user.id };
  return { user, owner, by: issuedBy(found) };
}

function linkEnded(purpose: LinkPurpose): AppError {
  return new AppError('code_invalid', sentences[purpose]);
}

type FoundCode = Awaited<ReturnType<typeof findOpenCode>>;

/** The person behind a code, as long as they may come in. Throws `code_invalid`. */
async function holderOf(db: Connection, found: FoundCode, purpose: LinkPurpose): Promise<UserRow> {
  const record = found?.userId && (await findUserRecord(db, found.tenantId, found.userId));
  if (!record || record.user.deactivatedAt || record.user.deletedAt) throw linkEnded(purpose);
  return record.user;
}

function byThemselves(user: UserRow) {
  const actor = {
    kind: 'user',
    id: user.id,
    label: user.email,
    tenantId: user.tenantId as TenantId,
  } as const;
  return { actor, resource: userResource(user) };
}
