import { randomUUIDv7 } from 'node:crypto';
import type { Connection, Transaction } from '#db/client.ts';
import { violatedUnique } from '#db/errors.ts';
import type { AnyoneCtx, PersonCtx, Runtime } from '#server/core/access/context.ts';
import { assertFreshSignIn } from '#server/core/access/fresh.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { changedFields } from '#server/core/audit/changes.ts';
import { recordAudit, type AuditActor } from '#server/core/audit/record.ts';
import { endCodes } from '#server/core/one-time-codes/consume.ts';
import { codeLifeMs, issueCode, issuerOf } from '#server/core/one-time-codes/issue.ts';
import { narrowTokens } from '#server/credentials/tokens/narrow-tokens.ts';
import { syncOwnersSoon } from '#server/credentials/tokens/sync-owners.ts';
import { AppError, notFound } from '#server/errors.ts';
import { hashNewPassword } from '#server/people/users/accept-password.ts';
import { findHoldings } from '#server/people/users/find-holdings.ts';
import { issueLink } from '#server/people/users/issue-links.ts';
import { lockAsAdmin, lockForChange, userResource } from '#server/people/users/lock.ts';
import {
  findUserRecord,
  insertUser,
  type NewUserRow,
  updateUserRow,
  type UserRow,
} from '#server/people/users/queries.ts';
import {
  assertAdminRemains,
  assertMayBePlatformAdmin,
  assertNotBeyond,
  assertNotSelf,
  assertPlatformAdminRemains,
  gainsOf,
  isRaised,
  permissionsOf,
} from '#server/people/users/rules.ts';
import type {
  CreatedUserView,
  CreateUserInput,
  UpdateUserInput,
  UserDetailView,
  UserIdInput,
  UserView,
} from '#server/people/users/schema.ts';
import { toUserView } from '#server/people/users/view.ts';

/** Somebody of the admin's tenant, also who was deleted, with what they get in with. Throws `not_found`. */
export async function getUser(ctx: PersonCtx, { id }: UserIdInput): Promise<UserDetailView> {
  const { tenantId } = ctx.principal;
  const user = await viewUser(ctx.runtime.db, tenantId, id);
  const holds = await findHoldings(ctx.runtime.db, { tenantId, userId: id }, ctx.now());
  return { ...user, holds, gains: gainsOf(user) };
}

/**
 * Adds a person to the admin's tenant, with a password that is good for one sign-in, or else with an invite: the answer
 * holds its link, for the only time. Throws `email_taken`, `permission_denied`, `validation_failed`.
 */
export async function createUser(
  ctx: PersonCtx,
  { password, ...input }: CreateUserInput,
): Promise<CreatedUserView> {
  const { tenantId } = ctx.principal;
  const chosen =
    password === undefined
      ? input
      : { ...(await preparePerson(ctx.runtime, { ...input, password })), passwordChosenByAdmin: true };
  assertNotBeyond(ctx.principal.permissions, input);
  return ctx.change(async (tx) => {
    await lockAsAdmin(tx, ctx);
    const user = await addUser(tx, ctx, { ...chosen, tenantId });
    const link = password === undefined ? await issueLink(tx, ctx, user, 'invite') : null;
    if (password !== undefined) await openChosenPassword(tx, ctx, user.id);
    const view = await viewUser(tx, tenantId, user.id);
    return { ...view, inviteUrl: link?.url ?? null, mailed: link?.mailed ?? false };
  });
}

/** Has a password that the asker chose for someone end: with its time, its use, or their right to choose it. */
export async function openChosenPassword(tx: Transaction, ctx: PersonCtx, userId: string): Promise<void> {
  const { tenantId } = ctx.principal;
  const issuer = issuerOf(ctx.principal);
  const code = { tenantId, userId, purpose: 'password', lifeMs: codeLifeMs.password, issuer } as const;
  await issueCode(tx, code, ctx.now());
}

type UserChange = Omit<UpdateUserInput, 'id' | 'narrowTokens'>;

export type PreparedPerson = Omit<NewUserRow, 'id' | 'tenantId' | 'createdAt'>;

/** Checks and hashes what was chosen, outside of any transaction: hashing is slow on purpose. */
export async function preparePerson(
  runtime: Runtime,
  { email, name, role, password }: CreateUserInput & { password: string },
): Promise<PreparedPerson> {
  return { email, name, role, passwordHash: await hashNewPassword(runtime, { password, email }) };
}

/** Inserts a prepared person. `actor`: who did it, at first boot, when nobody is signed in yet. */
export async function addUser(
  tx: Transaction,
  ctx: AnyoneCtx,
  person: Omit<NewUserRow, 'id' | 'createdAt'>,
  actor?: AuditActor,
): Promise<UserRow> {
  const row = { ...person, id: randomUUIDv7(), createdAt: ctx.now() };
  const user = await refusingTakenEmail(() => insertUser(tx, row));
  await recordAudit(tx, ctx, {
    action: 'user.create',
    resource: userResource(user),
    detail: { role: user.role, by: person.passwordHash ? 'password' : 'invite' },
    ...(actor && { actor: { ...actor, tenantId: user.tenantId as TenantId } }),
  });
  return user;
}

/** Changes name, e-mail or role. Throws `not_found`, `email_taken`, `own_account`, `last_admin`, `permission_denied`, `sign_in_again`. */
export function updateUser(
  ctx: PersonCtx,
  { id, narrowTokens: narrows = false, ...input }: UpdateUserInput,
): Promise<UserView> {
  const { tenantId } = ctx.principal;
  return ctx.change(async (tx) => {
    const { user, otherAdmins } = await lockForChange(tx, ctx, id);
    const asked = withoutRights(user, input);
    const changes = changedFields(user, asked);
    if (Object.keys(changes).length === 0) return viewUser(tx, tenantId, id);
    // A magic link goes to the address, so whoever sets it can sign in as that person.
    if (changes['role'] || changes['email'] || changes['platformAdmin']) {
      assertFreshSignIn(ctx);
      assertNotBeyond(ctx.principal.permissions, { role: input.role ?? user.role });
      assertNotBeyond(ctx.principal.permissions, user);
    }
    if (asked.platformAdmin && !user.platformAdmin)
      assertMayBePlatformAdmin(ctx.principal, input.role ?? user.role);
    if (changes['role'] && user.role === 'admin') {
      assertNotSelf(ctx.principal.user.id, user.id, 'demote');
      if (!user.deactivatedAt) assertAdminRemains(otherAdmins.length);
    }
    if (changes['platformAdmin'] && user.platformAdmin && !user.deactivatedAt)
      assertPlatformAdminRemains(otherAdmins);
    await refusingTakenEmail(() => updateUserRow(tx, tenantId, id, asked));
    // Links that went to the old address are in somebody else's hands.
    if (changes['email']) await endCodes(tx, { tenantId, userId: id }, undefined, ctx.now());
    if (narrows && isRaised(user, rightsAfter(user, asked)))
      await narrowTokens(tx, ctx, { tenantId, userId: id }, [...permissionsOf(user)]);
    await recordChanges(tx, ctx, user, changes);
    if (changes['email'] || changes['name']) await syncOwnersSoon(tx, ctx.runtime);
    return viewUser(tx, tenantId, id);
  });
}

const rightsAfter = (user: UserRow, { role, platformAdmin }: UserChange) => ({
  role: role ?? user.role,
  platformAdmin: platformAdmin ?? user.platformAdmin,
});

/** What someone may do is looked for by its own action. */
async function recordChanges(
  tx: Transaction,
  ctx: PersonCtx,
  user: UserRow,
  { role, platformAdmin, ...changes }: ReturnType<typeof changedFields>,
): Promise<void> {
  const resource = userResource(user);
  const rights = { ...(role && { role }), ...(platformAdmin && { platformAdmin }) };
  if (Object.keys(rights).length > 0)
    await recordAudit(tx, ctx, { action: 'user.role_changed', resource, detail: { changes: rights } });
  if (Object.keys(changes).length > 0)
    await recordAudit(tx, ctx, { action: 'user.update', resource, detail: { changes } });
}

/** A person who is no admin any more looks after no tenants. */
function withoutRights({ platformAdmin }: UserRow, input: UserChange): UserChange {
  const isDemoted = input.role !== undefined && input.role !== 'admin';
  return isDemoted && platformAdmin ? { ...input, platformAdmin: false } : input;
}

/** Switches a person on again, with all that was not revoked meanwhile. Throws `not_found`. */
export function activateUser(ctx: PersonCtx, { id }: UserIdInput): Promise<UserView> {
  const { tenantId } = ctx.principal;
  return ctx.change(async (tx) => {
    const { user } = await lockForChange(tx, ctx, id);
    if (user.deactivatedAt) {
      const cleared = { deactivatedAt: null, deactivatedBy: null, deactivateReason: null };
      await updateUserRow(tx, tenantId, id, cleared);
      await recordAudit(tx, ctx, { action: 'user.activate', resource: userResource(user) });
    }
    return viewUser(tx, tenantId, id);
  });
}

/** A person as they are now. Throws `not_found`. */
export async function viewUser(db: Connection, tenantId: TenantId, id: string): Promise<UserView> {
  const record = await findUserRecord(db, tenantId, id);
  if (!record) throw notFound('user');
  return toUserView(record);
}

async function refusingTakenEmail<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (violatedUnique(error) !== 'users_email') throw error;
    throw new AppError('email_taken', 'Somebody already has this e-mail address.');
  }
}
