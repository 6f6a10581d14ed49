import { dayMs, type Dice, minuteMs } from './dice.ts';
import type { Token } from './tokens.ts';

/** How often a token was used, or refused, on one day from one place for one thing. */
export interface Use {
  credentialId: string;
  /** `2026-11-22`, in UTC. */
  day: string;
  address: string;
  endpoint: string;
  count: number;
  refused: number;
  lastAt: Date;
}

const monthDays = 30;
const endpoints = {
  desk: ['GET /api/v1/me', 'GET /api/v1/tokens', 'GET /api/v1/tokens/{id}'],
  build: ['GET /api/v1/me'],
  centre: ['GET /api/v1/me', 'GET /api/v1/tokens'],
} as const;

/** What a token did in the last month, oldest first; it also tells the token when it was last used, from where, how often. */
export function useToken(dice: Dice, token: Token, at: Date): Use[] {
  if (dice.chance(0.1)) return [];
  const last = lastUse(dice, token, at);
  const days = daysOf(token, last, at);
  const uses = days.flatMap((time) => useOfDay(dice, token, time, last));
  const [address = ''] = token.addresses;
  token.lastUsedAt = last;
  token.lastUsedIp = uses.at(-1)?.address ?? address;
  token.lastUsedAgent = token.purpose.agent;
  const monthly = uses.reduce((sum, use) => sum + use.count, 0);
  const earlierDays = Math.max(0, (last.getTime() - token.createdAt.getTime()) / dayMs - days.length);
  token.useCount = Math.max(1, monthly + Math.round(earlierDays * token.purpose.perDay * 0.6));
  return [...uses, ...knocks(dice, token, at)];
}

/** When it could last be used, and most often not long before. */
function lastUse(dice: Dice, { createdAt, expiresAt, revokedAt, owner }: Token, at: Date): Date {
  const ends = [at, expiresAt, revokedAt, owner.deactivatedAt].flatMap((end) => end?.getTime() ?? []);
  const end = Math.max(createdAt.getTime() + minuteMs, Math.min(...ends) - minuteMs);
  const idle = dice.weigh({ minutes: 35, hours: 25, days: 22, weeks: 10, months: 8 });
  const scale = { minutes: 1 / 24, hours: 0.8, days: 6, weeks: 40, months: 160 };
  const ago = dice.fraction() * scale[idle] * dayMs;
  return new Date(Math.max(end - ago, createdAt.getTime() + (end - createdAt.getTime()) * 0.3));
}

/** Noon, or the last use, of each of the last month's days on which it was there. */
function daysOf({ createdAt }: Token, last: Date, at: Date): Date[] {
  const oldest = Math.max(createdAt.getTime(), at.getTime() - monthDays * dayMs);
  const days: Date[] = [];
  for (let time = last.getTime(); time >= oldest; time -= dayMs) days.push(new Date(time));
  return days.reverse();
}

function useOfDay(dice: Dice, token: Token, time: Date, last: Date): Use[] {
  const { from, perDay } = token.purpose;
  const isLastDay = time.getTime() === last.getTime();
  const isWeekend = time.getUTCDay() % 6 === 0;
  const rests = from === 'centre' ? 0.05 : isWeekend ? 0.8 : 0.15;
  if (!isLastDay && dice.chance(rests)) return [];
  const count = Math.round(perDay * (0.3 + dice.fraction() * 1.1) * (isWeekend && from === 'desk' ? 0.3 : 1));
  const address = dice.chance(0.85) ? token.addresses[0] : dice.pick(token.addresses);
  const [main, ...others] = endpoints[from];
  const split = dice.chance(0.4) && others.length > 0;
  const most = split ? Math.ceil(count * 0.7) : count;
  const common = { credentialId: token.id, day: dayOf(time), address: address ?? '', refused: 0 };
  const use: Use = { ...common, endpoint: main, count: Math.max(1, most), lastAt: time };
  if (!split || count - most < 1) return [use];
  return [{ ...use, endpoint: dice.pick(others), count: count - most }, use];
}

/** Something that never noticed: it goes on calling with a token that has ended. */
function knocks(dice: Dice, token: Token, at: Date): Use[] {
  const ended = token.revokedAt ?? (token.status === 'expired' ? token.expiresAt : null);
  if (!ended || !dice.chance(0.15)) return [];
  const since = Math.max(ended.getTime() + minuteMs, at.getTime() - 6 * dayMs);
  const uses: Use[] = [];
  for (let time = at.getTime() - dice.between(1, 300) * minuteMs; time > since; time -= dayMs) {
    const lastAt = new Date(time);
    const [address = ''] = token.addresses;
    if (token.lastUsedAt && dayOf(lastAt) === dayOf(token.lastUsedAt)) continue;
    uses.push({
      credentialId: token.id,
      day: dayOf(lastAt),
      address,
      endpoint: 'GET /api/v1/me',
      count: 0,
      refused: dice.between(1, 40),
      lastAt,
    });
  }
  return uses.reverse();
}

const dayOf = (time: Date) => time.toISOString().slice(0, 10);
