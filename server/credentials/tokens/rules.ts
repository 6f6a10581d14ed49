import { permissionsBeyond } from '#server/core/access/permissions.ts';
import { cutText, type Grant, type Permission } from '#server/core/access/schema.ts';
import { soonDays } from '#server/core/secrets/schema.ts';
import { tokenLimits, type TokenStatus } from '#server/credentials/tokens/schema.ts';
import { AppError, invalid } from '#server/errors.ts';

const day = 86_400_000;

interface TokenState {
  enabled: boolean;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

/** What a token is at a moment: the first that applies, in the order in which a refusal names them. */
export function tokenStatus(token: TokenState & { isBlocked: boolean }, at: Date): TokenStatus {
  const end = endOf(token, at);
  if (end) return end;
  if (!token.enabled) return 'disabled';
  if (token.isBlocked) return 'blocked';
  if (token.expiresAt && token.expiresAt <= expiringBefore(at)) return 'expiring';
  return 'active';
}

/** How a token has ended, if it has. */
function endOf({ revokedAt, expiresAt }: TokenState, at: Date): 'revoked' | 'expired' | undefined {
  if (revokedAt) return 'revoked';
  return expiresAt && expiresAt <= at ? 'expired' : undefined;
}

/** A token that ends by then counts as expiring. */
export function expiringBefore(at: Date): Date {
  return new Date(at.getTime() + soonDays * day);
}

/** Whether a secret that was replaced still works beside the new one. */
export function isInGrace(token: TokenState & { graceEndsAt: Date | null }, at: Date): boolean {
  return token.graceEndsAt !== null && token.graceEndsAt > at && !endOf(token, at);
}

/** When the secret that a rotation replaces stops to work: never later than the token itself. */
export function graceEnd({ expiresAt }: TokenState, graceSeconds: number, at: Date): Date {
  const end = new Date(at.getTime() + graceSeconds * 1_000);
  return expiresAt && expiresAt < end ? expiresAt : end;
}

export interface TokenPolicy {
  /** The longest life in days; null: no limit of the tenant's. */
  maxTokenDays: number | null;
  allowEternalTokens: boolean;
}

/** When a token made now ends, null for never. Throws `validation_failed` for a life that the tenant's policy forbids. */
export function expiryOf(expiresInDays: number | null, policy: TokenPolicy, at: Date): Date | null {
  if (expiresInDays === null) {
    if (!policy.allowEternalTokens) throw invalid('expiresInDays', 'Here every token has to expire.');
    if (policy.maxTokenDays !== null) throw beyondPolicy(policy.maxTokenDays);
    return null;
  }
  if (policy.maxTokenDays !== null && expiresInDays > policy.maxTokenDays)
    throw beyondPolicy(policy.maxTokenDays);
  return new Date(at.getTime() + expiresInDays * day);
}

/** How long a token lives where nobody said: as long as usual, or as the tenant lets it. */
export function usualDays({ maxTokenDays }: TokenPolicy): number {
  return Math.min(tokenLimits.defaultDays, maxTokenDays ?? tokenLimits.defaultDays);
}

/** A name that none of the others has: with a number behind it where it has to be. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) {
    const suffix = ` (${number})`;
    name = cutText(wanted, tokenLimits.nameLength - suffix.length) + suffix;
  }
  return name;
}

/** Throws `validation_failed` for a permission that is beyond what the owner's role allows. */
export function assertGrantable(ceiling: ReadonlySet<Permission>, grant: Grant): void {
  const [beyond] = permissionsBeyond(ceiling, grant);
  if (beyond) throw invalid('permissions', `Your role does not have ${beyond}.`);
}

/** Throws `token_ended` for a token that has been revoked or has expired: there is nothing left to change. */
export function assertChangeable(token: TokenState, at: Date): void {
  const end = endOf(token, at);
  if (end) throw new AppError('token_ended', `This token is ${end} and cannot be changed. Make a new one.`);
}

/** Throws `token_disabled` for switching on what an admin, or the detection of a stolen secret, switched off. */
export function assertSwitchable(token: { held: boolean }, enabled: boolean | undefined): void {
  if (enabled && token.held) throw disabled('An admin has to switch this token on again. Or make a new one.');
}

/** Throws `token_ended` for a token that has been revoked or has expired, `token_disabled` for one that is switched off. */
export function assertRotatable(token: TokenState, at: Date): void {
  assertChangeable(token, at);
  if (!token.enabled) throw disabled('This token is switched off. Switch it on again before you rotate it.');
}

/** Of a token that is to be changed, and not of the one that is shown. */
const disabled = (why: string) => new AppError('token_disabled', why, { status: 409 });

function beyondPolicy(days: number): AppError {
  return invalid('expiresInDays', `Here a token may live for ${days} days at most.`);
}
