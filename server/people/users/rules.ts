import { effectivePermissions } from '#server/core/access/permissions.ts';
import { roles, type Permission, type Role } from '#server/core/access/schema.ts';
import { AppError, invalid } from '#server/errors.ts';

interface Rights {
  role: Role;
  platformAdmin?: boolean;
}

/** What a person may do, and so each of their tokens that may do everything. */
export function permissionsOf({ role, platformAdmin = false }: Rights): ReadonlySet<Permission> {
  return effectivePermissions({ kind: 'user', role, isPlatformAdmin: platformAdmin }, ['*']);
}

/** What each role would let a person do that they may not do now. */
export function gainsOf(rights: Rights): Record<Role, Permission[]> {
  const gain = (role: Role) => [...permissionsOf({ ...rights, role }).difference(permissionsOf(rights))];
  return Object.fromEntries(roles.map((role) => [role, gain(role)])) as Record<Role, Permission[]>;
}

/** Whether a change lets a person do more. */
export function isRaised(before: Rights, after: Rights): boolean {
  return !permissionsOf(after).isSubsetOf(permissionsOf(before));
}

/**
 * Throws `permission_denied` for whoever would open a way in that leads further than they may go themselves: a token that
 * was granted little would otherwise make an admin, and sign in as one.
 */
export function assertNotBeyond(held: ReadonlySet<Permission>, rights: Rights): void {
  const [beyond] = permissionsOf(rights).difference(held);
  if (beyond)
    throw new AppError(
      'permission_denied',
      `This would let a person in as ${rights.role}, who has the permission ${beyond}: your token does not.`,
    );
}

/** Throws `own_account` when someone is about to lock themselves out. */
export function assertNotSelf(
  actorId: string,
  targetId: string,
  deed: 'deactivate' | 'delete' | 'demote',
): void {
  if (actorId === targetId) {
    throw new AppError('own_account', `You cannot ${deed} yourself. Ask another admin to do it.`);
  }
}

/** Throws `last_admin` when nobody would be left to run the place. `others`: active admins but for the one in question. */
export function assertAdminRemains(others: number): void {
  if (others === 0) {
    throw new AppError('last_admin', 'This is the last active admin. Make someone else an admin first.');
  }
}

/** Throws `last_admin` when no platform admin would be left. `others`: active admins but for the one in question. */
export function assertPlatformAdminRemains(others: readonly { platformAdmin: boolean }[]): void {
  if (others.some(({ platformAdmin }) => platformAdmin)) return;
  throw new AppError(
    'last_admin',
    'This is the last platform admin. Make someone else a platform admin first.',
  );
}

/** Throws `permission_denied` for an asker who may not say who looks after the tenants, and `validation_failed` for one who cannot. */
export function assertMayBePlatformAdmin(
  asker: { permissions: ReadonlySet<Permission>; tenant: { slug: string } },
  role: Role,
): void {
  if (!asker.permissions.has('tenants:write'))
    throw new AppError('permission_denied', 'Only a platform admin says who else is one.');
  if (role !== 'admin') throw invalid('platformAdmin', 'Only an admin can be a platform admin.');
}

/** Whether a user is an admin who can sign in. */
export function isActiveAdmin(user: {
  role: Role;
  deactivatedAt: Date | null;
  deletedAt: Date | null;
}): boolean {
  return user.role === 'admin' && !user.deactivatedAt && !user.deletedAt;
}

/** Throws `permission_denied` when the asking admin stopped being one while waiting for the lock. */
export function assertStillAdmin(activeAdminIds: readonly string[], actorId: string): void {
  if (!activeAdminIds.includes(actorId)) {
    throw new AppError(
      'permission_denied',
      'This needs the permission users:write, which your role does not have.',
    );
  }
}

/** Throws `own_account`: a password of one's own is changed where the present one is asked for. */
export function assertOthersPassword(actorId: string, targetId: string): void {
  if (actorId === targetId)
    throw new AppError('own_account', 'Change your own password on your account page.');
}

/** Throws `user_deactivated`: a link to someone who is switched off would lead nowhere. */
export function assertActive(user: { deactivatedAt: Date | null }): void {
  if (user.deactivatedAt)
    throw new AppError('user_deactivated', 'This account is deactivated. Activate it first.');
}

interface KeptPassword {
  passwordHash: string | null;
  passwordChosenByAdmin: boolean;
  /** Of one that an admin chose: null once it was used or ended. */
  passwordEndsAt: Date | null;
}

/** Whether someone has no password, or only one of an admin's choice that was ended. One whose time is over still counts. */
export function hasNoPassword(user: KeptPassword): boolean {
  return user.passwordHash === null || (user.passwordChosenByAdmin && user.passwordEndsAt === null);
}

/** The hash of the password that works at a moment: one that an admin chose has an end. */
export function workingPasswordHash(user: KeptPassword, at: Date): string | null {
  if (!user.passwordChosenByAdmin) return user.passwordHash;
  return user.passwordEndsAt && user.passwordEndsAt > at ? user.passwordHash : null;
}

type Arrival = KeptPassword & { lastSignInAt: Date | null };

/** Whether somebody is still to come, and has no password to come with. */
export function isInvited(user: Arrival): boolean {
  return hasNoPassword(user) && user.lastSignInAt === null;
}

/** Throws `already_joined`: an invite is for coming the first time. */
export function assertInvited(user: Arrival): void {
  if (!isInvited(user))
    throw new AppError('already_joined', 'This person has joined already. Make a reset link instead.');
}
