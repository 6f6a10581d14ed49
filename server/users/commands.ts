import { randomUUIDv7 } from 'node:crypto';
import type { Transaction } from '#db/client.ts';
import { violatedUnique } from '#db/errors.ts';
import type { AnyoneCtx, Ctx } from '#server/access/context.ts';
import { assertFreshSignIn } from '#server/access/fresh.ts';
import type { TenantId } from '#server/access/principal.ts';
import { changedFields } from '#server/audit/changes.ts';
import { recordAudit, type AuditActor } from '#server/audit/record.ts';
import { AppError, notFound } from '#server/errors.ts';
import { endSessionsOfUser } from '#server/sessions/end.ts';
import { assertUncommonPassword, hashPassword } from '#server/users/password.ts';
import {
  findUserForUpdate,
  insertUser,
  lockActiveAdmins,
  toUserView,
  updateUserRow,
  type NewUserRow,
  type UserRow,
} from '#server/users/queries.ts';
import { assertAdminRemains, assertNotSelf, assertStillAdmin } from '#server/users/rules.ts';
import type {
  CreateUserInput,
  DeactivateUserInput,
  UpdateUserInput,
  UserIdInput,
  UserView,
} from '#server/users/schema.ts';

/** Adds a person to the admin's tenant, with a password. Throws `email_taken`, `validation_failed`. */
export async function createUser(ctx: Ctx, input: CreateUserInput): Promise<UserView> {
  const person = await preparePerson(input);
  return ctx.change(async (tx) => {
    await assertAdminStill(tx, ctx);
    return toUserView(await addUser(tx, ctx, { ...person, tenantId: ctx.principal.tenantId }));
  });
}

export type PreparedPerson = Omit<NewUserRow, 'id' | 'tenantId' | 'createdAt'>;

/** Checks and hashes what was chosen, outside of any transaction: hashing is slow on purpose. */
export async function preparePerson(input: CreateUserInput): Promise<PreparedPerson> {
  const { email, name, role, password } = input;
  assertUncommonPassword(password, email);
  return { email, name, role, passwordHash: await hashPassword(password) };
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
    detail: { role: user.role },
    ...(actor && { actor: { ...actor, tenantId: user.tenantId as TenantId } }),
  });
  return user;
}

/** Changes name, e-mail or role. Throws `not_found`, `email_taken`, `own_account`, `last_admin`, `sign_in_again`. */
export function updateUser(ctx: Ctx, { id, ...input }: UpdateUserInput): Promise<UserView> {
  return ctx.change(async (tx) => {
    const { user, otherAdmins } = await lockForChange(tx, ctx, id);
    const changes = changedFields(user, input);
    if (Object.keys(changes).length === 0) return toUserView(user);
    if (changes['role']) assertFreshSignIn(ctx);
    if (changes['role'] && user.role === 'admin') {
      assertNotSelf(ctx.principal.user.id, user.id, 'demote');
      if (!user.deactivatedAt) assertAdminRemains(otherAdmins);
    }
    const updated = await refusingTakenEmail(() => updateUserRow(tx, ctx.principal.tenantId, id, input));
    await recordAudit(tx, ctx, { action: 'user.update', resource: userResource(user), detail: { changes } });
    return toUserView(updated);
  });
}

/**
 * Switches a person off: their sessions end and their credentials are refused at once. Repeating it changes nothing.
 * Throws `not_found`, `own_account`, `last_admin`.
 */
export function deactivateUser(ctx: Ctx, { id, reason }: DeactivateUserInput): Promise<UserView> {
  return ctx.change(async (tx) => {
    const { user, otherAdmins } = await lockForChange(tx, ctx, id);
    if (user.deactivatedAt) return toUserView(user);
    assertNotSelf(ctx.principal.user.id, user.id, 'deactivate');
    if (user.role === 'admin') assertAdminRemains(otherAdmins);
    const updated = await updateUserRow(tx, ctx.principal.tenantId, id, {
      deactivatedAt: ctx.now(),
      deactivatedBy: ctx.principal.user.id,
      deactivateReason: reason ?? null,
    });
    const sessionsEnded = await endSessionsOfUser(tx, id);
    await recordAudit(tx, ctx, {
      action: 'user.deactivate',
      resource: userResource(user),
      detail: { reason: reason ?? null, sessionsEnded },
    });
    return toUserView(updated);
  });
}

/** Switches a person on again, with all that was not revoked meanwhile. Throws `not_found`. */
export function activateUser(ctx: Ctx, { id }: UserIdInput): Promise<UserView> {
  return ctx.change(async (tx) => {
    const { user } = await lockForChange(tx, ctx, id);
    if (!user.deactivatedAt) return toUserView(user);
    const cleared = { deactivatedAt: null, deactivatedBy: null, deactivateReason: null };
    const updated = await updateUserRow(tx, ctx.principal.tenantId, id, cleared);
    await recordAudit(tx, ctx, { action: 'user.activate', resource: userResource(user) });
    return toUserView(updated);
  });
}

/** Locks the active admins and then the person, so that of two changes at once the second sees what the first did. */
async function lockForChange(tx: Transaction, ctx: Ctx, id: string) {
  const admins = await assertAdminStill(tx, ctx);
  const user = await findUserForUpdate(tx, ctx.principal.tenantId, id);
  if (!user) throw notFound('user');
  return { user, otherAdmins: admins.filter((admin) => admin !== id).length };
}

async function assertAdminStill(tx: Transaction, ctx: Ctx): Promise<string[]> {
  const admins = await lockActiveAdmins(tx, ctx.principal.tenantId);
  assertStillAdmin(admins, ctx.principal.user.id);
  return admins;
}

async function refusingTakenEmail<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (violatedUnique(error) !== 'users_email') throw error;
    throw new AppError('email_taken', 'Somebody already has this e-mail address.');
  }
}

function userResource(user: UserRow) {
  return { type: 'user', id: user.id, label: user.email };
}
