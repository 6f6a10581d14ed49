import { createHash } from 'node:crypto';
import type { Resources } from '#server/core/access/schema.ts';
import type { AuditRow } from '#server/core/audit/record.ts';
import { displayPrefix, toSecret } from '#server/core/secrets/format.ts';
import type { KeyGrant } from '#server/credentials/api-keys/schema.ts';
import type { Secret } from '#server/secret.ts';
import { before, seedId } from './dice.ts';
import type { Person } from './people.ts';
import type { SecretRow, TokenRow } from './tokens.ts';

export interface Key extends TokenRow {
  maker: Person;
  secrets: SecretRow[];
}

const none: Resources = { agent: [], flow: [], mcp_tool: [], vector_store: [], llm_model: [] };

/** What each tenant has, oldest first: of every status, and of every way to reach something. */
const kinds: {
  name: string;
  permissions: KeyGrant;
  reach: Partial<Resources>;
  age: number;
  ends: number | null;
  state?: 'disabled' | 'revoked';
}[] = [
  {
    name: 'billing',
    permissions: ['llm:call', 'usage:write'],
    reach: { llm_model: ['openai/*'] },
    age: 210,
    ends: null,
  },
  { name: 'gateway', permissions: ['verify'], reach: {}, age: 150, ends: 215 },
  {
    name: 'nightly reports',
    permissions: ['mcp:call'],
    reach: { flow: ['nightly-report', 'weekly-report'] },
    age: 88,
    ends: 2,
  },
  {
    name: 'support bot',
    permissions: ['mcp:call', 'llm:call'],
    reach: { agent: '*', vector_store: ['handbook'] },
    age: 40,
    ends: 50,
  },
  { name: 'old crawler', permissions: ['mcp:call'], reach: { mcp_tool: '*' }, age: 120, ends: -30 },
  { name: 'audit export', permissions: ['audit:read'], reach: {}, age: 60, ends: 30, state: 'disabled' },
  {
    name: 'trial',
    permissions: ['llm:call'],
    reach: { llm_model: '*' },
    age: 75,
    ends: 15,
    state: 'revoked',
  },
];

/** The keys of every tenant, each made by its first admin. */
export function makeKeys(people: readonly Person[], at: Date): Key[] {
  const makers = people.filter(({ createdBy }) => createdBy === undefined);
  return makers.flatMap((maker, place) => kinds.map((_, index) => makeKey(maker, { place, index, at })));
}

function makeKey(maker: Person, { place, index, at }: { place: number; index: number; at: Date }): Key {
  const kind = kinds[index] ?? kinds[0];
  if (!kind) throw new Error('there is no kind of key');
  const { name, permissions, reach, age, ends, state } = kind;
  const id = seedId('key', place * kinds.length + index + 1);
  const createdAt = before(at, Math.min(age, 0.9 * ageOf(maker, at)));
  const secret = keySecret(place, name);
  const proof = { hash: secret.hash(), prefix: displayPrefix(secret) };
  const expiresAt = ends === null ? null : before(at, -ends);
  return {
    id,
    tenantId: maker.tenantId,
    kind: 'key',
    madeBy: maker.id,
    name,
    permissions,
    resources: { ...none, ...reach },
    enabled: state !== 'disabled',
    createdAt,
    expiresAt,
    nameReleased: expiresAt !== null && expiresAt <= at,
    ...(state === 'revoked' && {
      revokedAt: before(at, 3),
      revokedBy: maker.id,
      revokeReason: 'The trial is over',
    }),
    maker,
    secrets: [{ ...proof, credentialId: id, epoch: 1, state: 'current', createdAt }],
  };
}

const ageOf = ({ createdAt }: Person, at: Date) => (at.getTime() - createdAt.getTime()) / 86_400_000;

/** Always the same: everybody knows it. */
function keySecret(place: number, name: string): Secret {
  const body = createHash('sha512').update(`keyward seed key ${place} ${name}`).digest('base64');
  return toSecret('key', body.replace(/[+/=]/g, '').slice(0, 32));
}

/** The key with which one may try things: it verifies tokens of the first tenant. */
export const testKey = { name: 'gateway', key: keySecret(0, 'gateway') };

/** What the audit log has of a key. */
export function lifeOfKey({ id, name, maker, createdAt, revokedAt, ...key }: Key): AuditRow[] {
  const common = {
    tenantId: maker.tenantId,
    actorKind: 'user',
    actorId: maker.id,
    actorLabel: maker.email,
    resourceType: 'key',
    resourceId: id,
    resourceLabel: name,
    outcome: 'ok',
    address: '203.0.113.7',
  } as const;
  const { permissions, resources } = key;
  const made: AuditRow = {
    ...common,
    time: createdAt,
    action: 'key.create',
    detail: { permissions, resources },
  };
  const revoked: AuditRow[] = revokedAt
    ? [{ ...common, time: revokedAt, action: 'key.revoke', detail: { reason: key.revokeReason } }]
    : [];
  return [made, ...revoked];
}
