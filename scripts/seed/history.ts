import type { AuditRow } from '#server/core/audit/record.ts';
import { lifeOfAgent } from './agent-history.ts';
import type { Agent } from './agents.ts';
import { before, dayMs, type Dice, minuteMs, seedId } from './dice.ts';
import { lifeOfKey, type Key } from './keys.ts';
import { browsers } from './names.ts';
import type { Person } from './people.ts';
import type { Token } from './tokens.ts';
import type { ToolServer } from './tool-servers.ts';
import type { Use } from './use.ts';

type Deed = Pick<AuditRow, 'time' | 'action'> & Partial<AuditRow>;

const signInDays = 30;

interface Made {
  people: readonly Person[];
  tokens: readonly Token[];
  keys: readonly Key[];
  agents: readonly Agent[];
  servers: readonly ToolServer[];
  uses: readonly Use[];
}

/** The audit log of all that was made, oldest first. */
export function writeHistory(
  dice: Dice,
  { people, tokens, keys, agents, servers, uses }: Made,
  at: Date,
): AuditRow[] {
  const byId = new Map(people.map((person) => [person.id, person]));
  const tokensById = new Map(tokens.map((token) => [token.id, token]));
  const rows = [
    ...people.flatMap((person) => lifeOfPerson(dice, person, byId)),
    ...people.flatMap((person) => signIns(dice, person, at)),
    ...tokens.flatMap((token) => lifeOfToken(dice, token, byId)),
    ...keys.flatMap(lifeOfKey),
    ...agents.flatMap(lifeOfAgent),
    ...servers.flatMap(({ events }) => events),
    ...refusals(uses, tokensById),
  ].filter(({ time }) => time.getTime() <= at.getTime());
  rows.sort((a, b) => a.time.getTime() - b.time.getTime());
  return rows.map((row, index) => ({ ...row, requestId: seedId('request', index + 1) }));
}

function lifeOfPerson(dice: Dice, person: Person, byId: ReadonlyMap<string, Person>): AuditRow[] {
  const { createdBy, createdAt, deactivatedAt, deletedAt, isInvited, role } = person;
  const resource = resourceOf('user', person.id, person.email);
  const made = {
    action: 'user.create' as const,
    time: createdAt,
    ...resource,
    detail: { role, ...(isInvited && { invited: true }) },
  };
  const rows = [createdBy ? deed(dice, createdBy, made) : firstBoot(person, made)];
  const admin = byId.get(person.deactivatedBy ?? '');
  if (!admin || !deactivatedAt) return rows;
  const reason = person.deactivateReason ?? null;
  rows.push(
    deed(dice, admin, { action: 'user.deactivate', time: deactivatedAt, ...resource, detail: { reason } }),
  );
  if (deletedAt) rows.push(deed(dice, admin, { action: 'user.delete', time: deletedAt, ...resource }));
  return rows;
}

function lifeOfToken(dice: Dice, token: Token, byId: ReadonlyMap<string, Person>): AuditRow[] {
  const { owner, createdAt, expiresAt, permissions, ipAllowlist = [], revokedAt, revokedBy } = token;
  const resource = resourceOf('token', token.id, token.name);
  const expiresInDays = expiresAt ? Math.round((expiresAt.getTime() - createdAt.getTime()) / dayMs) : null;
  const detail = { expiresInDays, permissions, ipAllowlist };
  const rows = [deed(dice, owner, { action: 'token.create', time: createdAt, ...resource, detail })];
  for (const { createdAt: time, epoch } of token.secrets.slice(1))
    rows.push(
      deed(dice, owner, { action: 'token.rotate', time, ...resource, detail: { epoch, graceSeconds: 900 } }),
    );
  if (token.status === 'disabled') {
    const time = new Date((token.lastUsedAt ?? createdAt).getTime() + 20 * minuteMs);
    const changes = { enabled: { from: true, to: false } };
    rows.push(deed(dice, owner, { action: 'token.update', time, ...resource, detail: { changes } }));
  }
  const ender = byId.get(revokedBy ?? '');
  if (!revokedAt || !ender) return rows;
  const action = ender === owner ? 'token.revoke' : 'token.admin_revoke';
  const reason = { reason: token.revokeReason ?? null, ...(ender !== owner && { ownerId: owner.id }) };
  return [...rows, deed(dice, ender, { action, time: revokedAt, ...resource, detail: reason })];
}

/** On working days, and now and then with a slip of the finger before. */
function signIns(dice: Dice, person: Person, at: Date): AuditRow[] {
  const rows: AuditRow[] = [];
  if (person.isInvited) return rows;
  const until = person.deactivatedAt ?? at;
  for (let ago = signInDays; ago > 0; ago--) {
    const time = new Date(before(at, ago).getTime() + dice.between(-240, 300) * minuteMs);
    const isOff = time.getUTCDay() % 6 === 0 || time < person.createdAt || time > until;
    if (isOff || !dice.chance(0.15 + 0.4 * person.zeal)) continue;
    if (dice.chance(0.06)) {
      const earlier = new Date(time.getTime() - minuteMs / 3);
      rows.push(
        deed(dice, person, {
          action: 'auth.login_failed',
          time: earlier,
          outcome: 'denied',
          code: 'login_failed',
        }),
      );
    }
    rows.push(deed(dice, person, { action: 'auth.login', time, detail: { method: 'password' } }));
  }
  return rows;
}

/** One row a day for what goes on calling with a token that has ended. */
function refusals(uses: readonly Use[], tokens: ReadonlyMap<string, Token>): AuditRow[] {
  return uses.flatMap(({ refused, credentialId, lastAt: time, address }) => {
    const token = tokens.get(credentialId);
    if (!token || refused === 0) return [];
    const code = token.revokedAt ? 'token_revoked' : 'token_expired';
    const { owner, purpose } = token;
    return {
      ...actedBy(owner),
      ...resourceOf('token', token.id, token.name),
      credentialId,
      time,
      action: 'auth.refused',
      outcome: 'denied' as const,
      code,
      address,
      userAgent: purpose.agent,
      detail: { count: refused },
    };
  });
}

const actedBy = ({ tenantId, id, email }: Person) =>
  ({ tenantId, actorKind: 'user', actorId: id, actorLabel: email }) as const;

const resourceOf = (resourceType: string, resourceId: string, resourceLabel: string) => ({
  resourceType,
  resourceId,
  resourceLabel,
});

/** Something that a person did in a browser. */
function deed(dice: Dice, person: Person, facts: Deed): AuditRow {
  const number = Number(person.id.slice(-4));
  return {
    ...actedBy(person),
    outcome: 'ok',
    address: dice.chance(0.85)
      ? `203.0.113.${1 + (number % 250)}`
      : `2001:db8:${dice.between(1, 99)}::${number}`,
    userAgent: browsers[number % browsers.length] ?? browsers[0],
    detail: {},
    ...facts,
  };
}

const firstBoot = (person: Person, facts: Deed): AuditRow => ({
  tenantId: person.tenantId,
  actorKind: 'anonymous',
  actorId: null,
  actorLabel: 'first boot',
  outcome: 'ok',
  address: '127.0.0.1',
  detail: {},
  ...facts,
});
