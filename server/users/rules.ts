import { AppError } from '#server/errors.ts';

/** Throws `own_account` when someone is about to lock themselves out. */
export function assertNotSelf(actorId: string, targetId: string, deed: 'deactivate' | 'demote'): void {
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

/** Throws `permission_denied` when the asking admin stopped being one while waiting for the lock. */
export function assertStillAdmin(activeAdminIds: readonly string[], actorId: string): void {
  if (!activeAdminIds.includes(actorId)) {
    throw new AppError(
      'permission_denied',
      'This needs the permission users:write, which your role does not have.',
    );
  }
}
