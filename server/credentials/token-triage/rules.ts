import { cutText } from '#server/core/access/schema.ts';
import type {
  AdminTokenPageView,
  AdminTokenUsesView,
  BulkAction,
  UseWindow,
} from '#server/credentials/token-triage/schema.ts';
import type { TokenStatus } from '#server/credentials/tokens/schema.ts';
import { AppError } from '#server/errors.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** What a sweep writes down. Who is blocked is known by the owner alone, of whom very many tokens would change at once. */
export const sweptStatuses = ['active', 'expiring', 'disabled', 'expired', 'revoked'] as const;
export type SweptStatus = (typeof sweptStatuses)[number];

/** What the counts are worked out from. */
export interface StatusCount {
  /** As it was at the last sweep. */
  status: SweptStatus;
  count: number;
  /** How many of them have expired since. */
  due: number;
  /** How many of them are something else by now, the due ones among them. */
  turned: number;
  /** How many that are of this status by now are blocked. */
  blocked: number;
}

/** Counts by status at this moment, from counts by status at the last sweep and what changed since. */
export function countsOf(tallies: readonly StatusCount[]): AdminTokenPageView['counts'] {
  const swept = (status: SweptStatus) =>
    tallies.find((tally) => tally.status === status) ?? { count: 0, due: 0, turned: 0, blocked: 0 };
  const [active, expiring, disabled] = [swept('active'), swept('expiring'), swept('disabled')];
  const counts = {
    active: active.count - active.turned - active.blocked,
    expiring: expiring.count - expiring.due + active.turned - active.due - expiring.blocked,
    blocked: active.blocked + expiring.blocked,
    expired: swept('expired').count + active.due + expiring.due + disabled.due,
    disabled: disabled.count - disabled.due,
    revoked: swept('revoked').count,
  };
  return { total: tallies.reduce((sum, { count }) => sum + count, 0), ...counts };
}

/** The moment that a window of last use begins at, or, for `90d+`, ends at. */
export function windowEdge(window: Exclude<UseWindow, 'never'>, at: Date): Date {
  const lengths = { '24h': day, '7d': 7 * day, '30d': 30 * day, '90d+': 90 * day };
  return new Date(at.getTime() - lengths[window]);
}

interface TokenState {
  id: string;
  enabled: boolean;
  held: boolean;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

/** Whether doing this to a token changes anything. Throws `token_ended` for switching on what can never work again. */
export function needsChange(token: TokenState, action: BulkAction, at: Date): boolean {
  if (action === 'revoke') return token.revokedAt === null;
  const hasEnded = token.revokedAt !== null || (token.expiresAt !== null && token.expiresAt <= at);
  if (action === 'disable') return !token.held && !hasEnded;
  if (hasEnded) {
    const message = `The token ${token.id} has ended and cannot be switched on again.`;
    throw new AppError('token_ended', message, { errors: [{ path: 'ids', message }] });
  }
  return !token.enabled;
}

/** What an action writes into a token. */
export function changeOf(
  action: BulkAction,
  { at, by, reason }: { at: Date; by: string; reason: string | undefined },
) {
  if (action === 'revoke') return { revokedAt: at, revokedBy: by, revokeReason: reason ?? null };
  // What an admin switches off its owner cannot switch on.
  return { enabled: action === 'enable', held: action === 'disable' };
}

/** Throws `not_found`, naming the first id of which there is no token. */
export function assertAllFound(ids: readonly string[], found: readonly { id: string }[]): void {
  const known = new Set(found.map(({ id }) => id));
  const index = ids.findIndex((id) => !known.has(id.toLowerCase()));
  if (index === -1) return;
  const message = `There is no token with the id ${ids[index]}. Nothing was changed.`;
  throw new AppError('not_found', message, { errors: [{ path: `ids.${index}`, message }] });
}

interface UsedToken {
  status: TokenStatus;
  lastUsedAt: string | null;
  lastUsedAgent: string | null;
  /** In the last 30 days. */
  count: number;
  refused: number;
  addresses: number;
}

/** What breaks if a token is revoked, in one sentence. */
export function impactOf(token: UsedToken, at: Date): AdminTokenUsesView['impact'] {
  if (['revoked', 'expired', 'disabled', 'blocked'].includes(token.status)) {
    return { verdict: 'ended', sentence: endedSentence(token) };
  }
  if (!token.lastUsedAt) return { verdict: 'quiet', sentence: 'Never used: nothing will notice.' };
  const age = ageWords(token.lastUsedAt, at);
  if (token.count === 0) return { verdict: 'quiet', sentence: `Not used for ${age}: nothing will notice.` };
  const from = token.addresses > 0 ? ` from ${counted(token.addresses, 'address', 'addresses')}` : '';
  const by = token.lastUsedAgent ? ` by ${productOf(token.lastUsedAgent)}` : '';
  return {
    verdict: 'breaks',
    sentence: `Used ${timesWords(token.count)}${from} in the last 30 days, last ${age} ago${by}: revoking will break it.`,
  };
}

function endedSentence({ status, refused }: UsedToken): string {
  const words = {
    revoked: 'Revoked already',
    expired: 'Expired already',
    disabled: 'Switched off already',
    blocked: 'Blocked already',
  };
  const said = words[status as keyof typeof words];
  if (refused === 0) return `${said}: nothing works with it.`;
  return `${said}, and still tried ${timesWords(refused)} in the last 30 days: something has not noticed.`;
}

/** The first product that a user agent names, without its version: "GitHub-Actions". */
function productOf(agent: string): string {
  return cutText(agent.split(/[/\s(]/u)[0] ?? '', 40) || 'a program without a name';
}

function timesWords(times: number): string {
  return times === 1 ? 'once' : `${times.toLocaleString('en-GB')} times`;
}

function counted(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en-GB')} ${number === 1 ? one : many}`;
}

/** "4 minutes", "97 days": whole units, none larger than days. */
function ageWords(since: string, at: Date): string {
  const ms = Math.max(0, at.getTime() - new Date(since).getTime());
  if (ms < 60_000) return 'less than a minute';
  if (ms < hour) return counted(Math.floor(ms / 60_000), 'minute', 'minutes');
  if (ms < 2 * day) return counted(Math.floor(ms / hour), 'hour', 'hours');
  return counted(Math.floor(ms / day), 'day', 'days');
}
