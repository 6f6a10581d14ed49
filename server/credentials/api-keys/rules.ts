import { permissionsBeyond } from '#server/core/access/permissions.ts';
import { isWithin } from '#server/core/access/resources.ts';
import type { Grant, Permission, Resources } from '#server/core/access/schema.ts';
import { keyLimits, type UpdateKeyInput } from '#server/credentials/api-keys/schema.ts';
import type { TokenPolicy } from '#server/credentials/tokens/rules.ts';
import { AppError, invalid } from '#server/errors.ts';

const minute = 60_000;
const day = 86_400_000;

/** What a key may do, reach and be used from, and until when. */
export interface KeyTerms {
  permissions: readonly string[];
  resources: Resources;
  ipAllowlist: readonly string[];
  expiresAt: Date | null;
  enabled: boolean;
}

/** Whether a change lets a key do more than it may now: more permissions, resources, addresses or time, or anything again. */
export function isWidening(key: KeyTerms, change: Omit<UpdateKeyInput, 'id' | 'name'>): boolean {
  const { permissions = [], resources, ipAllowlist, expiresAt, enabled } = change;
  const old: readonly string[] = key.permissions;
  return (
    permissions.some((permission) => !old.includes(permission)) ||
    (resources !== undefined && !isWithin(resources, key.resources)) ||
    (ipAllowlist !== undefined && !isNarrowerList(ipAllowlist, key.ipAllowlist)) ||
    (expiresAt !== undefined && isLater(expiresAt, key.expiresAt)) ||
    (enabled === true && !key.enabled)
  );
}

/** Entry by entry: a part of a range counts as another entry. An empty list allows every address. */
function isNarrowerList(list: readonly string[], than: readonly string[]): boolean {
  return than.length === 0 || (list.length > 0 && list.every((entry) => than.includes(entry)));
}

function isLater(expiresAt: string | null, than: Date | null): boolean {
  return than !== null && (expiresAt === null || Date.parse(expiresAt) > than.getTime());
}

/** Throws `validation_failed` for a permission that the one who grants it does not hold. */
export function assertHeld(held: ReadonlySet<Permission>, grant: Grant): void {
  const [beyond] = permissionsBeyond(held, grant);
  if (beyond) throw invalid('permissions', `You cannot grant ${beyond}, which you do not hold yourself.`);
}

/** Throws `permission_denied` for a key that may do more than the person who would be shown its secret. */
export function assertMayHold(held: ReadonlySet<Permission>, key: Pick<KeyTerms, 'permissions'>): void {
  const [beyond] = permissionsBeyond(held, key.permissions as Grant);
  if (beyond)
    throw new AppError(
      'permission_denied',
      `This key holds ${beyond}, which you do not hold yourself. Ask an admin to rotate it.`,
    );
}

/** When a key ends, null for never. Throws `validation_failed` for an end that is too near, too far, or against the tenant's policy. */
export function keyExpiry(asked: string | null | undefined, policy: TokenPolicy, at: Date): Date | null {
  const longest = Math.min(keyLimits.maxDays, policy.maxTokenDays ?? keyLimits.maxDays);
  if (asked === undefined) return new Date(at.getTime() + Math.min(keyLimits.defaultDays, longest) * day);
  if (asked === null) {
    if (policy.allowEternalTokens && policy.maxTokenDays === null) return null;
    throw invalid('expiresAt', 'Here every key has to expire.');
  }
  const end = new Date(asked);
  if (end.getTime() < at.getTime() + keyLimits.soonestMinutes * minute)
    throw invalid('expiresAt', `At least ${keyLimits.soonestMinutes} minutes ahead.`);
  if (end.getTime() > at.getTime() + longest * day)
    throw invalid('expiresAt', `At most ${longest} days ahead.`);
  return end;
}

/** Throws `too_many_keys` where a tenant has as many live keys as one may have. */
export function assertRoomForKey(live: number): void {
  if (live >= keyLimits.live)
    throw new AppError(
      'too_many_keys',
      `There are ${keyLimits.live.toLocaleString('en-GB')} active keys, which is the most that a tenant can have. Revoke some that are no longer needed.`,
    );
}
