import type { ProfileView } from '#server/core/access/schema.ts';
import type { UserRecord, UserRow } from '#server/people/users/queries.ts';
import { hasNoPassword, isInvited } from '#server/people/users/rules.ts';
import type { UserView } from '#server/people/users/schema.ts';
export function toProfileView(row: UserRow): ProfileView {
  const { id, email, name, role, tenantId } = row;
  return { id, email, name, role, tenantId };
}

export function toUserView({ user, deactivatorEmail, inviteExpiresAt }: UserRecord): UserView {
  const { deactivatedBy, deletedAt, deactivatedAt } = user;
  const status = deletedAt ? 'deleted' : deactivatedAt ? 'deactivated' : 'active';
  return {
    ...toProfileView(user),
    status,
    platformAdmin: user.platformAdmin,
    createdAt: user.createdAt.toISOString(),
    lastSignInAt: user.lastSignInAt?.toISOString() ?? null,
    isInvited: isInvited(user),
    needsLink: hasNoPassword(user),
    inviteExpiresAt: inviteExpiresAt?.toISOString() ?? null,
    deactivatedAt: deactivatedAt?.toISOString() ?? null,
    deactivatedBy: deactivatedBy ? { id: deactivatedBy, label: deactivatorEmail ?? '' } : null,
    deactivateReason: user.deactivateReason,
    deletedAt: deletedAt?.toISOString() ?? null,
  };
}
