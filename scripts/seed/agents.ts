import { createHash } from 'node:crypto';
import type { agents, rotations } from '#db/schema/agents.ts';
import type { oneTimeCodes } from '#db/schema/people.ts';
import type { Resources } from '#server/core/access/schema.ts';
import { displayPrefix, toSecret } from '#server/core/secrets/format.ts';
import type { SecretKind } from '#server/core/secrets/schema.ts';
import type { AgentGrant, AgentStatus } from '#server/credentials/agents/schema.ts';
import type { Secret } from '#server/secret.ts';
import { before, dayMs, minuteMs, seedId } from './dice.ts';
import { agentKinds, type AgentKind } from './names.ts';
import type { Person } from './people.ts';
import type { SecretRow, TokenRow } from './tokens.ts';

export type RotationRow = typeof rotations.$inferInsert;

export interface Agent {
  credential: TokenRow;
  row: typeof agents.$inferInsert;
  status: AgentStatus;
  maker: Person;
  owner: Person;
  secrets: SecretRow[];
  rotations: RotationRow[];
  /** Of one that was never enrolled. */
  code?: typeof oneTimeCodes.$inferInsert;
}

const none: Resources = { agent: [], flow: [], mcp_tool: [], vector_store: [], llm_model: [] };
const rotationDays = 7;
const graceMinutes = 5;
const serverId = seedId('server', 1);

/** The server of the seed holds a connection for as long as a demonstration may take. */
export const seedServer = (at: Date) => ({ id: serverId, seenAt: new Date(at.getTime() + 3_650 * dayMs) });

/** The agents of every tenant, each made by its first admin, for themselves or for a member. */
export function makeAgents(people: readonly Person[], at: Date): Agent[] {
  const makers = people.filter(({ createdBy }) => createdBy === undefined);
  return makers.flatMap((maker, place) => {
    const member = people.find((one) => one.tenantId === maker.tenantId && isThere(one)) ?? maker;
    return agentKinds.map((kind, index) =>
      makeAgent(kind, { maker, owner: kind.isMembers ? member : maker, place, index, at }),
    );
  });
}

const isThere = ({ role, deactivatedAt, isInvited }: Person) =>
  role === 'member' && !deactivatedAt && !isInvited;

interface Facts {
  maker: Person;
  owner: Person;
  place: number;
  index: number;
  at: Date;
}

function makeAgent(kind: AgentKind, facts: Facts): Agent {
  const { maker, owner, place, index, at } = facts;
  const { name, status } = kind;
  const id = seedId('agent', place * agentKinds.length + index + 1);
  const oldest = Math.min(...[maker, owner].map(({ createdAt }) => daysBetween(createdAt, at)));
  const createdAt = before(at, Math.min(kind.age, 0.9 * oldest));
  const history = historyOf(kind, { ...facts, id, createdAt });
  const current = history.secrets.find(({ state }) => state === 'current');
  const isNew = status === 'never_connected';
  return {
    status,
    maker,
    owner,
    ...history,
    credential: {
      id,
      tenantId: maker.tenantId,
      kind: 'agent',
      name,
      permissions: kind.permissions satisfies AgentGrant,
      resources: { ...none, ...kind.reach },
      enabled: status !== 'disabled',
      createdAt,
    },
    row: {
      id,
      tenantId: maker.tenantId,
      ownerUserId: owner.id,
      description: kind.description,
      rotateAfter: current ? new Date(current.createdAt.getTime() + rotationDays * dayMs) : null,
      ...(!isNew && connectionOf(kind, { place, index, at, epoch: current?.epoch ?? 1, createdAt })),
      ...(status === 'paused' && { pausedAt: before(at, 1), pauseReason: 'It seems to run on two machines' }),
      ...(status === 'paused' && { cloneSuspectedAt: before(at, 1.01) }),
      ...(status === 'rotation_stuck' && { stuckAt: before(at, 0.2) }),
    },
    ...(isNew && { code: codeOf({ maker, owner, place, at }) }),
  };
}

function connectionOf(
  { seenDaysAgo, status }: AgentKind,
  {
    place,
    index,
    at,
    epoch,
    createdAt,
  }: { place: number; index: number; at: Date; epoch: number; createdAt: Date },
) {
  const isOnline = seenDaysAgo === 0;
  const seenAt = new Date(Math.max(before(at, seenDaysAgo).getTime(), createdAt.getTime()));
  return {
    host: `${status.replace('_', '-')}-${index + 1}.internal`,
    version: '0.1.0',
    address: `198.51.100.${10 * (place + 1) + index}`,
    connectedAt: isOnline ? before(seenAt, 0.01) : seenAt,
    lastSeenAt: seenAt,
    ...(isOnline && {
      serverId,
      connectionId: seedId('connection', 10 * place + index + 1),
      connectionEpoch: epoch,
    }),
  };
}

type Life = Facts & { id: string; createdAt: Date };

/** A secret for each week that it has been there, the newest current, and the rotations that made them. */
function historyOf({ status, epochs }: AgentKind, life: Life): Pick<Agent, 'secrets' | 'rotations'> {
  if (epochs === 0) return { secrets: [], rotations: [] };
  const { createdAt, at } = life;
  const step = Math.min(rotationDays, daysBetween(createdAt, at) / (epochs + 0.5));
  const sinceOf = (epoch: number) => new Date(createdAt.getTime() + (epoch - 1) * step * dayMs);
  const secrets = Array.from({ length: epochs }, (_, nth) => {
    const epoch = nth + 1;
    const since = sinceOf(epoch);
    const end = new Date(sinceOf(epoch + 1).getTime() + graceMinutes * minuteMs);
    if (epoch < epochs) return secretOf(life, { epoch, since, state: 'retired', validUntil: end });
    const expiresAt = new Date(since.getTime() + 2 * rotationDays * dayMs);
    return secretOf(life, { epoch, since, state: 'current', expiresAt });
  });
  const promoted = Array.from({ length: epochs - 1 }, (_, nth) => promotion(life, nth + 2, sinceOf(nth + 2)));
  const more =
    { rotation_pending: [queued(life)], rotation_stuck: failures(life, epochs) }[status as string] ?? [];
  return {
    secrets: [...secrets, ...more.flatMap(({ secret }) => secret ?? [])],
    rotations: [...promoted, ...more.map(({ row }) => row)],
  };
}

interface Tried {
  row: RotationRow;
  secret?: SecretRow;
}

function rotationId({ place, index }: Facts, nth: number): string {
  return seedId('rotation', (place * agentKinds.length + index) * 100 + nth);
}

function promotion(life: Life, epoch: number, promotedAt: Date): RotationRow {
  const [stagedAt, deliveredAt, persistedAt] = [4, 3, 2].map(
    (seconds) => new Date(promotedAt.getTime() - seconds * 1_000),
  );
  const asked = epoch % 3 === 0;
  return {
    id: rotationId(life, epoch),
    tenantId: life.maker.tenantId,
    agentId: life.id,
    epoch,
    state: 'promoted',
    cause: asked ? 'request' : 'schedule',
    requestedBy: asked ? life.maker.email : null,
    createdAt: stagedAt ?? promotedAt,
    stagedAt,
    deliveredAt,
    persistedAt,
    promotedAt,
  };
}

/** It waits for the agent to connect. */
function queued(life: Life): Tried {
  const { id: agentId, maker, at } = life;
  const row = { id: rotationId(life, 90), tenantId: maker.tenantId, agentId, createdAt: before(at, 0.05) };
  return { row: { ...row, state: 'queued', cause: 'schedule' } };
}

/** Three that were delivered, and that the agent could not write to its disk. */
function failures(life: Life, epochs: number): Tried[] {
  const { id: agentId, maker, at } = life;
  return [1, 2, 3].map((nth) => {
    const epoch = epochs + nth;
    const stagedAt = before(at, 0.8 - 0.2 * nth);
    const endedAt = new Date(stagedAt.getTime() + 1_000);
    const states = { state: 'failed', cause: 'schedule', failure: 'not_writable' } as const;
    const row = { id: rotationId(life, 90 + nth), tenantId: maker.tenantId, agentId, epoch, ...states };
    return {
      row: {
        ...row,
        failureText: 'EROFS: read-only file system',
        createdAt: stagedAt,
        stagedAt,
        deliveredAt: stagedAt,
        endedAt,
      },
      secret: secretOf(life, { epoch, since: stagedAt, state: 'retired', validUntil: endedAt }),
    };
  });
}

function secretOf(
  { id, place, index }: Life,
  {
    epoch,
    since,
    ...rest
  }: Pick<SecretRow, 'state' | 'validUntil' | 'expiresAt'> & { epoch: number; since: Date },
): SecretRow {
  const secret = known('agt', `${place} ${index} ${epoch}`);
  return {
    hash: secret.hash(),
    prefix: displayPrefix(secret),
    credentialId: id,
    epoch,
    createdAt: since,
    ...rest,
  };
}

/** Always the same: everybody knows it. */
function known(kind: SecretKind, what: string): Secret {
  const body = createHash('sha512').update(`keyward seed agent ${what}`).digest('base64');
  return toSecret(kind, body.replace(/[+/=]/g, '').slice(0, 32));
}

function codeOf({ maker, owner, place, at }: Omit<Facts, 'index'>) {
  return {
    id: seedId('code', 9_000 + place),
    tenantId: maker.tenantId,
    userId: owner.id,
    hash: known('set', `code ${place}`).hash(),
    purpose: 'agent' as const,
    createdAt: at,
    expiresAt: new Date(at.getTime() + dayMs),
    issuedBy: maker.id,
    // A sign-in that is over by now.
    issuedSessionId: seedId('session', 9_000),
    requiredRole: 'manager' as const,
  };
}

/** The code with which one may enroll an agent of the first tenant. */
export const testCode = known('set', 'code 0');

const daysBetween = (from: Date, to: Date) => (to.getTime() - from.getTime()) / dayMs;
