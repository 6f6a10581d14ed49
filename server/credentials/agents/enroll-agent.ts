import { randomUUIDv7 } from 'node:crypto';
import type { Transaction } from '#db/client.ts';
import type { AnyoneCtx } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { throttleFailures } from '#server/core/lockout/throttle.ts';
import { notify } from '#server/core/notifications/notify.ts';
import { consumeCode, issuedBy } from '#server/core/one-time-codes/consume.ts';
import { machineName } from '#server/core/secrets/machine-name.ts';
import { replaceSecret } from '#server/core/secrets/replace-secret.ts';
import { agentResource } from '#server/credentials/agents/commands.ts';
import { lockAgent } from '#server/credentials/agents/lock.ts';
import {
  findAgentForUpdate,
  findAgentOfCode,
  findEnrolledBy,
  updateAgentRow,
  type AgentRow,
} from '#server/credentials/agents/queries.ts';
import { enrollmentRefusal } from '#server/credentials/agents/rules.ts';
import {
  agentLimits,
  type EnrollAgentInput,
  type EnrolledAgentView,
} from '#server/credentials/agents/schema.ts';
import { endOpenRotation } from '#server/credentials/rotation/end-open-rotation.ts';
import {
  findRotationTerms,
  insertRotation,
  updateAgentSecretDates,
} from '#server/credentials/rotation/queries.ts';
import { retireAgentSecrets } from '#server/credentials/rotation/retire-agent-secrets.ts';
import { rotationDates } from '#server/credentials/rotation/rules.ts';
import { AppError } from '#server/errors.ts';
import { Secret } from '#server/secret.ts';

/**
 * Swaps a code for an agent's secret, once. A code that comes back may be in the wrong hands, and which of the two was meant
 * to have it cannot be told: so the secrets that stem from it are retired, and the agent's owner is told. An agent that
 * cannot work now keeps its code. Throws `code_invalid`, `token_disabled`, `account_deactivated`, `paused`, `rate_limited`.
 */
export function enrollAgent(ctx: AnyoneCtx, input: EnrollAgentInput): Promise<EnrolledAgentView> {
  return throttleFailures(ctx, 'code', {}, async () => {
    const outcome = await ctx.change((tx) => swap(tx, ctx, input));
    if (outcome === 'unknown')
      throw new AppError(
        'code_invalid',
        'This code does not work: it was mistyped, has expired, was replaced by a newer one, or ended when its maker signed out. Create a new one.',
      );
    if (outcome === 'reused')
      throw new AppError(
        'code_invalid',
        'This code was used before. The secrets of the agent that it enrolled have been retired, and its owner is told. Create a new code.',
      );
    return outcome;
  });
}

type Outcome = EnrolledAgentView | 'unknown' | 'reused';

async function swap(tx: Transaction, ctx: AnyoneCtx, input: EnrollAgentInput): Promise<Outcome> {
  const at = ctx.now();
  const used = await consumeCode(tx, input.code, 'agent', at);
  if (!used) return answerReuse(tx, ctx, input.code);
  const { tenantId } = used;
  const id = await findAgentOfCode(tx, used.id);
  if (!id) throw new Error('a code of an agent has no agent');
  const agent = await lockAgent(tx, { tenantId }, { id, at });
  const refusal = enrollmentRefusal(agent);
  // Thrown before the transaction ends, so that the code is not used up.
  if (refusal) throw refusal;
  const { secret, prefix, epoch } = await giveSecret(tx, ctx, { tenantId, agent });
  const machine = {
    host: machineName(input.host, agentLimits.hostLength) ?? 'unnamed-machine',
    version: input.version,
  };
  const stems = { codeId: null, enrolledCodeId: used.id, cloneSuspectedAt: null };
  await updateAgentRow(tx, { tenantId, id }, { ...machine, ...stems, address: ctx.request.address });
  await recordAudit(tx, ctx, {
    action: 'agent.enroll',
    actor: agentActor(tenantId, agent),
    resource: agentResource(agent),
    detail: { ...machine, epoch, prefix, issuedBy: issuedBy(used) },
  });
  return { agent: { id, name: agent.name }, token: secret.reveal(), epoch };
}

/** What the agent had until now stops at once: the machine that it was on may be gone, or in other hands. */
async function giveSecret(
  tx: Transaction,
  ctx: AnyoneCtx,
  { tenantId, agent }: { tenantId: TenantId; agent: AgentRow },
) {
  const { id } = agent;
  const at = ctx.now();
  await endOpenRotation(tx, ctx, { agent, state: 'superseded', actor: agentActor(tenantId, agent) });
  const terms = await findRotationTerms(tx, id);
  if (!terms) throw new Error('an agent has no row of its own');
  const { rotateAfter, expiresAt } = rotationDates(terms, at);
  const rotationId = randomUUIDv7();
  const replacement = { credentialId: id, kind: 'agt', endsAt: at, expiresAt, rotationId } as const;
  const given = await replaceSecret(tx, replacement, at);
  await updateAgentSecretDates(tx, id, rotateAfter);
  if (given.epoch === 1) return given;
  const done = { createdAt: at, stagedAt: at, deliveredAt: at, promotedAt: at };
  const how = { state: 'promoted', cause: 'enrollment', epoch: given.epoch } as const;
  await insertRotation(tx, { id: rotationId, tenantId, agentId: id, ...how, ...done });
  return given;
}

async function answerReuse(tx: Transaction, ctx: AnyoneCtx, code: string): Promise<Outcome> {
  const hash = new Secret(code).hash();
  const found = await findEnrolledBy(tx, hash);
  if (!found) return 'unknown';
  const { tenantId, ownerId, id } = found;
  const agent = await findAgentForUpdate(tx, { tenantId }, { id, at: ctx.now() });
  // Enrolled anew meanwhile, its secrets stem from another code.
  if (!agent || !(await findEnrolledBy(tx, hash))) return 'unknown';
  if (agent.epoch === null) return 'reused';
  const actor = { kind: 'anonymous', id: null, label: 'holder', tenantId } as const;
  await retireAgentSecrets(tx, ctx, { agent, actor });
  const denied = { action: 'agent.enroll', outcome: 'denied', code: 'code_invalid', actor } as const;
  const detail = { retiredEpoch: agent.epoch };
  await recordAudit(tx, ctx, { ...denied, resource: agentResource(agent), detail });
  const notice = { tenantId, userId: ownerId, credentialId: id, kind: 'agent_code_reused' } as const;
  await notify(tx, ctx.runtime, [{ ...notice, day: ctx.now(), address: ctx.request.address }]);
  return 'reused';
}

const agentActor = (tenantId: TenantId, { id, name }: AgentRow) =>
  ({ kind: 'agent', id, label: name, tenantId }) as const;
