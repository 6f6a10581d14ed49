import { randomUUIDv7 } from 'node:crypto';
import type { Connection, Transaction } from '#db/client.ts';
import { dropStaged } from '#server/core/secrets/replace-secret.ts';
import { writeConnection } from '#server/credentials/presence/queries.ts';
import type { Closing } from '#server/credentials/presence/rules.ts';
import { persist } from '#server/credentials/rotation/commands.ts';
import { endOpenRotation } from '#server/credentials/rotation/end-open-rotation.ts';
import {
  countUnderWay,
  findEndings,
  findHelloFacts,
  insertRotation,
  lockAgentCredential,
  updateAgent,
  updateRotation,
  type HelloFacts,
} from '#server/credentials/rotation/queries.ts';
import { recordRotation, rotatingServer } from '#server/credentials/rotation/record-rotation.ts';
import { recordClone, recordStuck } from '#server/credentials/rotation/record-suspicion.ts';
import {
  addVisit,
  decideHello,
  isAlternating,
  isStuck,
  rotationDueAt,
  rotationsAtOnce,
  type HelloDecision,
  type Visit,
} from '#server/credentials/rotation/rules.ts';
import type { AgentCtx } from '#server/credentials/rotation/stage-rotation.ts';
import type { RotationRow } from '#server/credentials/rotation/view.ts';

/** What an agent says when it connects, and by which connection. */
export interface Hello {
  host: string;
  version: string;
  epoch: number;
  nextEpoch?: number | undefined;
  connectionId: string;
  serverId: string;
}

/** Why it cannot stay, or whether a rotation waits for it. */
export type HelloOutcome = { closing: Closing } | { hasQueued: boolean };

/**
 * Makes a connection the agent's own, and decides from the epochs that it holds what becomes of the open rotation and whether
 * another begins (decision 55).
 */
export async function settleHello(ctx: AgentCtx, hello: Hello): Promise<HelloOutcome> {
  const { agent } = ctx.principal;
  const facts = await findHelloFacts(ctx.runtime.db, agent.id, ctx.now());
  if (!facts) return noSecret;
  const hasRoom = await hasRoomToRotate(ctx, facts, hello.serverId);
  if (!isUneventful(ctx, facts, hello, hasRoom)) return settle(ctx, hello, hasRoom);
  await connect(ctx.runtime.db, ctx, hello);
  return { hasQueued: false };
}

function connect(db: Connection, { principal, request, now }: AgentCtx, hello: Hello): Promise<void> {
  const { host, version, connectionId, serverId } = hello;
  const { id: agentId, epoch: connectionEpoch } = principal.agent;
  const { address } = request;
  const at = now();
  return writeConnection(db, {
    agentId,
    connectionId,
    serverId,
    connectionEpoch,
    host,
    version,
    address,
    at,
  });
}

/** Nothing to decide, and nothing to lock: the many that come back at once when a server starts. */
function isUneventful(ctx: AgentCtx, facts: HelloFacts, hello: Hello, hasRoom: boolean): boolean {
  const { open, next } = decide(ctx, facts, hello, hasRoom);
  const isSameHost = facts.visits.at(-1)?.host === hello.host;
  return open === 'none' && next === null && isSameHost && !isOld(ctx, facts);
}

const isOld = ({ principal }: AgentCtx, { currentEpoch }: HelloFacts) => principal.agent.epoch < currentEpoch;

function decide(ctx: AgentCtx, facts: HelloFacts, { nextEpoch }: Hello, hasRoom: boolean): HelloDecision {
  const { agent } = ctx.principal;
  const at = ctx.now();
  const { rotateAfter, secretExpiresAt, currentEpoch, stuckAt, open } = facts;
  return decideHello({
    epoch: agent.epoch,
    nextEpoch,
    currentEpoch,
    hasExpired: hasRoom && secretExpiresAt !== null && secretExpiresAt <= at,
    isDue: hasRoom && rotateAfter !== null && rotationDueAt({ id: agent.id, rotateAfter }, facts) <= at,
    isStuck: stuckAt !== null,
    open: open ?? undefined,
  });
}

/** What is left for want of room is begun by the scheduler. */
async function hasRoomToRotate(
  ctx: AgentCtx,
  { rotateAfter }: HelloFacts,
  serverId: string,
): Promise<boolean> {
  if (!rotateAfter || rotateAfter > ctx.now()) return true;
  const underWay = await countUnderWay(ctx.runtime.db, ctx.now());
  return (underWay.get(serverId) ?? 0) < rotationsAtOnce;
}

function settle(ctx: AgentCtx, hello: Hello, hasRoom: boolean): Promise<HelloOutcome> {
  const { agent } = ctx.principal;
  return ctx.change(async (tx): Promise<HelloOutcome> => {
    await lockAgentCredential(tx, agent.id);
    const facts = await findHelloFacts(tx, agent.id, ctx.now());
    if (!facts) return noSecret;
    const visits = addVisit(facts.visits, visitOf(ctx, hello));
    // Once only, with the move itself: a person who resumes it since knows.
    const hasMoved = facts.visits.at(-1)?.host !== hello.host;
    const isSuspect = isOld(ctx, facts) || (hasMoved && isAlternating(visits, ctx.now()));
    const isCopy = facts.isConnected && (facts.connectionEpoch ?? 0) > agent.epoch;
    const mayGoOn = !isCopy && !(isSuspect && facts.cloneAction === 'pause');
    const hasQueued = mayGoOn && (await follow(tx, ctx, facts, decide(ctx, facts, hello, hasRoom)));
    await updateAgent(tx, agent.id, { visits });
    const closing = isSuspect ? await recordClone(tx, ctx, facts, hello) : undefined;
    if (closing) return { closing };
    if (isCopy) return newerConnected;
    await connect(tx, ctx, hello);
    return { hasQueued };
  });
}

const noSecret: HelloOutcome = { closing: { why: 'refused', reason: 'this agent has no working secret' } };
/** Two at once that hold secrets of one agent: the one with the newer goes on. */
const newerConnected: HelloOutcome = {
  closing: { why: 'olderEpoch', reason: 'this agent is connected with a newer secret' },
};

const visitOf = ({ principal, request, now }: AgentCtx, { host }: Hello): Visit => ({
  host,
  address: request.address,
  epoch: principal.agent.epoch,
  at: now().toISOString(),
});

/** Does what was decided; whether a rotation waits to be staged now. */
async function follow(
  tx: Transaction,
  ctx: AgentCtx,
  { open }: HelloFacts,
  { open: step, next }: HelloDecision,
): Promise<boolean> {
  const { agent, tenantId } = ctx.principal;
  if (open && step === 'persist') await persist(tx, ctx, open);
  if (step === 'deliver') return true;
  if (step === 'supersede')
    await endOpenRotation(tx, ctx, { agent, state: 'superseded', actor: rotatingServer(tenantId) });
  if (open && step === 'lose') {
    await lose(tx, ctx, open);
    if (isStuck(await findEndings(tx, agent.id))) {
      await recordStuck(tx, ctx);
      return false;
    }
  }
  if (next === null) return false;
  await insertRotation(tx, {
    id: randomUUIDv7(),
    tenantId,
    agentId: agent.id,
    state: 'queued',
    cause: next,
    requestedBy: next === open?.cause ? open.requestedBy : null,
    createdAt: ctx.now(),
  });
  return true;
}

/** It was delivered and is not held, or never told of: its secret works for nobody. */
async function lose(tx: Transaction, ctx: AgentCtx, open: RotationRow): Promise<void> {
  const { agent, tenantId } = ctx.principal;
  const failure = open.failure ?? 'lost';
  const changes = { state: 'failed', failure, endedAt: ctx.now() } as const;
  await dropStaged(tx, agent.id, ctx.now());
  await updateRotation(tx, { agentId: agent.id, id: open.id }, changes);
  const detail = { reason: failure };
  const by = rotatingServer(tenantId);
  await recordRotation(tx, ctx, 'rotation.fail', { agent, rotation: open, detail, by });
}
