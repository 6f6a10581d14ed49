import { createHash, randomBytes } from 'node:crypto';
import type { credentialLastUse, credentials, secrets } from '#db/schema/credentials.ts';
import { rolePermissions } from '#server/core/access/permissions.ts';
import type { Permission } from '#server/core/access/schema.ts';
import { displayPrefix, toSecret } from '#server/core/secrets/format.ts';
import { type TokenStatus, tokenStatuses } from '#server/credentials/tokens/schema.ts';
import type { Secret } from '#server/secret.ts';
import { before, dayMs, type Dice, minuteMs, seedId } from './dice.ts';
import { purposes, revokeReasons } from './names.ts';
import { adminAt, isKnown, type Person } from './people.ts';

export type TokenRow = typeof credentials.$inferInsert;
type LastUse = Omit<typeof credentialLastUse.$inferInsert, 'credentialId' | 'tenantId' | 'sweptStatus'>;
export type SecretRow = typeof secrets.$inferInsert;
export type Purpose = (typeof purposes)[number];

export interface Token extends TokenRow, Partial<LastUse> {
  owner: Person;
  status: TokenStatus;
  purpose: Purpose;
  /** Where it is used from; the first most often. */
  addresses: string[];
  secrets: SecretRow[];
}

const howMany: Record<TokenStatus, number> = {
  active: 62,
  expiring: 6,
  blocked: 0,
  expired: 14,
  disabled: 5,
  revoked: 13,
};
const lives = [30, 90, 90, 90, 180, 365, 365, null, null] as const;
const graceMinutes = 15;

/** As many tokens as asked for, dealt out to those who may have one, more to whoever does more. */
export function makeTokens(dice: Dice, people: readonly Person[], count: number, at: Date): Token[] {
  const holders = people.filter((person) => !person.isInvited && person.role !== 'viewer');
  const total = holders.reduce((sum, { zeal }) => sum + zeal + 0.1, 0);
  const tokens: Token[] = [];
  for (const [index, owner] of holders.entries()) {
    const isLast = index === holders.length - 1;
    const share = Math.min(60, Math.round(((owner.zeal + 0.1) / total) * count));
    const own = isLast ? count - tokens.length : share;
    for (let nth = 0; nth < own; nth++) {
      const number = tokens.length + 1;
      tokens.push(makeToken(dice, { owner, nth, number, colleagues: people }, at));
    }
  }
  return tokens;
}

interface Place {
  owner: Person;
  nth: number;
  number: number;
  colleagues: readonly Person[];
}

function makeToken(dice: Dice, { owner, nth, number, colleagues }: Place, at: Date): Token {
  const purpose = purposes[(nth * 7 + Number(owner.id.slice(-4))) % purposes.length] ?? purposes[0];
  const status = (isKnown(owner) ? tokenStatuses[nth] : undefined) ?? dice.weigh(howMany);
  const { createdAt, expiresAt } = lifeOf(dice, status, owner, at);
  const token: Token = {
    id: seedId('token', number),
    tenantId: owner.tenantId,
    kind: 'pat',
    ownerUserId: owner.id,
    name: nth < purposes.length ? purpose.name : `${purpose.name} ${Math.floor(nth / purposes.length) + 1}`,
    permissions: grantOf(dice, owner),
    enabled: status !== 'disabled',
    createdAt,
    expiresAt,
    owner,
    status,
    purpose,
    addresses: addressesOf(dice, owner, purpose),
    secrets: [],
  };
  token.ipAllowlist =
    purpose.from === 'centre' && dice.chance(0.4) ? ['198.51.100.0/24', '2001:db8:40::/48'] : [];
  if (expiresAt && expiresAt <= at) token.nameReleased = true;
  if (status === 'revoked' || owner.deletedAt) revoke(dice, token, colleagues, at);
  token.secrets = secretsOf(dice, token, { at, mustRotate: isKnown(owner) && nth === 0 });
  return token;
}

/** When it was made, while its owner was there, and when it ends, so that today it is what it shall be. */
function lifeOf(dice: Dice, status: TokenStatus, owner: Person, at: Date) {
  const left = owner.deactivatedAt ?? at;
  const isEnding = status === 'expiring' || status === 'expired';
  const toGo = status === 'expired' ? -dice.fraction() * 150 : 0.1 + dice.fraction() * 6.5;
  const fitting = lives.filter(
    (life) => life !== null && isBetween(owner.createdAt, before(at, life - toGo), left),
  );
  if (isEnding && fitting.length > 0) {
    const life = dice.pick(fitting) ?? 30;
    return { createdAt: before(at, life - toGo), expiresAt: before(at, -toGo) };
  }
  const daysThere = (left.getTime() - owner.createdAt.getTime()) / dayMs;
  const createdAt = before(left, dice.fraction() ** 1.4 * daysThere * 0.99);
  const age = (at.getTime() - createdAt.getTime()) / dayMs;
  const life = dice.pick(lives.filter((days) => days === null || days > age + 8));
  return { createdAt, expiresAt: life === null ? null : before(createdAt, -life) };
}

const isBetween = (from: Date, time: Date, to: Date) => from <= time && time < to;

function grantOf(dice: Dice, { role }: Person): string[] {
  if (dice.chance(0.6)) return ['*'];
  const held = [...rolePermissions[role]];
  const some = held.filter(
    (permission): permission is Permission => dice.chance(0.35) || permission === 'profile:read',
  );
  return some;
}

/** Documentation ranges (RFC 5737, RFC 3849): a person's desk, the build farm, the data centre. */
function addressesOf(dice: Dice, owner: Person, { from }: Purpose): string[] {
  const desk = `203.0.113.${1 + (Number(owner.id.slice(-4)) % 250)}`;
  const addresses = {
    desk: [desk, `203.0.113.${dice.between(1, 254)}`],
    build: [
      `192.0.2.${dice.between(1, 40)}`,
      `192.0.2.${dice.between(41, 80)}`,
      `192.0.2.${dice.between(81, 120)}`,
    ],
    centre: [
      dice.chance(0.3)
        ? `2001:db8:40::${dice.between(1, 0xff).toString(16)}`
        : `198.51.100.${dice.between(1, 60)}`,
    ],
  };
  return addresses[from];
}

/** Mostly by its owner; what belonged to a deleted person ended with them. */
function revoke(dice: Dice, token: Token, colleagues: readonly Person[], at: Date): void {
  const from = token.createdAt.getTime();
  const until = Math.min(
    at.getTime(),
    token.expiresAt?.getTime() ?? Infinity,
    token.owner.deactivatedAt?.getTime() ?? Infinity,
  );
  const chosen = new Date(from + (Math.max(until, from + minuteMs) - from) * (0.1 + 0.9 * dice.fraction()));
  token.status = 'revoked';
  token.revokedAt = token.owner.deletedAt ?? chosen;
  token.revokedBy =
    dice.chance(0.75) && !token.owner.deletedAt
      ? token.owner.id
      : adminAt(dice, sameTenant(token, colleagues), token.revokedAt).id;
  token.revokeReason = token.owner.deletedAt ? null : dice.pick(revokeReasons);
}

const sameTenant = ({ tenantId }: Token, people: readonly Person[]) =>
  people.filter((person) => person.tenantId === tenantId);

/** Some were rotated: the one before retired, or for a few minutes more still good. */
function secretsOf(
  dice: Dice,
  token: Token,
  { at, mustRotate }: { at: Date; mustRotate: boolean },
): SecretRow[] {
  const createdAt = token.createdAt;
  const first: SecretRow = {
    ...proofOfNothing(dice),
    credentialId: token.id,
    epoch: 1,
    state: 'current',
    createdAt,
  };
  const isLive = token.status === 'active' || token.status === 'expiring';
  if (!mustRotate && (!isLive || !dice.chance(0.12))) return [first];
  const inGrace = mustRotate || dice.chance(0.15);
  const ageMs = at.getTime() - createdAt.getTime();
  const rotatedAt = new Date(
    at.getTime() - (inGrace ? Math.min(2 * minuteMs, ageMs / 2) : ageMs * dice.fraction()),
  );
  const validUntil = new Date(rotatedAt.getTime() + graceMinutes * minuteMs);
  return [
    { ...first, state: inGrace ? 'grace' : 'retired', validUntil },
    { ...proofOfNothing(dice), credentialId: token.id, epoch: 2, state: 'current', createdAt: rotatedAt },
  ];
}

/** A hash that is the hash of nothing known: nobody can use such a token. */
const proofOfNothing = (dice: Dice) => ({ hash: randomBytes(32), prefix: `kw_pat_${letters(dice, 8)}` });

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'.split('');
const letters = (dice: Dice, count: number) =>
  Array.from({ length: count }, () => dice.pick(base62)).join('');

/** What the known person of an address holds, always the same: everybody knows it. */
export function testSecret(email: string): Secret {
  const body = createHash('sha512').update(`keyward seed ${email}`).digest('base64');
  return toSecret('pat', body.replace(/[+/=]/g, '').slice(0, 32));
}

export function makeTestToken(owner: Person, number: number, at: Date): Token {
  const secret = testSecret(owner.email);
  const createdAt = before(at, 60);
  const id = seedId('token', number);
  const proof = { hash: secret.hash(), prefix: displayPrefix(secret) };
  return {
    id,
    tenantId: owner.tenantId,
    kind: 'pat',
    ownerUserId: owner.id,
    name: 'test credential',
    permissions: ['*'],
    createdAt,
    owner,
    status: 'active',
    purpose: purposes[0],
    addresses: ['127.0.0.1'],
    secrets: [{ ...proof, credentialId: id, epoch: 1, state: 'current', createdAt }],
  };
}
