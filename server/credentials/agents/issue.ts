import { randomUUIDv7 } from 'node:crypto';
import type { Transaction } from '#db/client.ts';
import type { PersonCtx } from '#server/core/access/context.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { issueCode, issuerOf } from '#server/core/one-time-codes/issue.ts';
import { newSecret } from '#server/core/secrets/format.ts';
import { agentResource, viewAgain } from '#server/credentials/agents/commands.ts';
import { endAgentCode } from '#server/credentials/agents/end-agent-code.ts';
import {
  activeOwner,
  lockAgent,
  lockForAgents,
  refusingTakenAgentName,
} from '#server/credentials/agents/lock.ts';
import { countAgents, insertAgent, updateAgentRow } from '#server/credentials/agents/queries.ts';
import { assertReplaceable, assertRoomForAgent } from '#server/credentials/agents/rules.ts';
import type {
  CreateAgentInput,
  CreatedAgentView,
  IssueAgentCodeInput,
  IssuedAgentCodeView,
} from '#server/credentials/agents/schema.ts';
import { assertHeld } from '#server/credentials/api-keys/rules.ts';
import { countMadeSecret } from '#server/credentials/tokens/count-quota.ts';

const minuteMs = 60_000;

/**
 * Makes an agent and the code that enrolls it. Throws `name_taken`, `too_many_agents`, `rate_limited`, and `validation_failed`
 * for what its maker does not hold and for an owner who is not active here.
 */
export function createAgent(ctx: PersonCtx, input: CreateAgentInput): Promise<CreatedAgentView> {
  const { tenantId, user } = ctx.principal;
  const { name, permissions, resources, description = null, rotationDays = null, ownerId = user.id } = input;
  return ctx.change(async (tx) => {
    const { overdueDays, people, held } = await lockForAgents(tx, ctx, ownerId);
    const owner = activeOwner(people, ownerId, 'ownerId');
    const at = ctx.now();
    assertHeld(held, permissions);
    assertReplaceable(rotationDays, overdueDays);
    assertRoomForAgent(await countAgents(tx, { tenantId }));
    const id = randomUUIDv7();
    const { codeId, ...issued } = await makeCode(tx, ctx, input.minutes);
    const granted = { name, permissions, resources };
    await refusingTakenAgentName(() =>
      insertAgent(
        tx,
        { ...granted, id, tenantId, kind: 'agent', createdAt: at },
        { id, tenantId, ownerUserId: ownerId, description, rotationDays, codeId },
      ),
    );
    const detail = {
      ...granted,
      owner: owner.email,
      description,
      rotationDays,
      codeExpiresAt: issued.expiresAt,
    };
    await recordAudit(tx, ctx, { action: 'agent.create', resource: agentResource({ id, name }), detail });
    return { agent: await viewAgain(tx, ctx, id), ...issued };
  });
}

/** Makes a code that enrolls an agent again, in place of an earlier one. Throws `not_found`, `rate_limited`. */
export function issueAgentCode(
  ctx: PersonCtx,
  { id, minutes }: IssueAgentCodeInput,
): Promise<IssuedAgentCodeView> {
  const { tenantId } = ctx.principal;
  return ctx.change(async (tx) => {
    await lockForAgents(tx, ctx);
    const at = ctx.now();
    await endAgentCode(tx, tenantId, { id, at });
    const { codeId, ...issued } = await makeCode(tx, ctx, minutes);
    const agent = await lockAgent(tx, { tenantId }, { id, at });
    await updateAgentRow(tx, { tenantId, id }, { codeId });
    const detail = { codeExpiresAt: issued.expiresAt };
    await recordAudit(tx, ctx, { action: 'agent.issue_code', resource: agentResource(agent), detail });
    return issued;
  });
}

/** A code is its maker's, so it ends with their right to make it. */
async function makeCode(tx: Transaction, { principal, now }: PersonCtx, minutes: number) {
  const holder = { tenantId: principal.tenantId, userId: principal.user.id };
  const [at, lifeMs] = [now(), minutes * minuteMs];
  await countMadeSecret(tx, holder, at);
  const [id, secret] = [randomUUIDv7(), newSecret('set')];
  await issueCode(tx, { ...holder, id, secret, purpose: 'agent', lifeMs, issuer: issuerOf(principal) }, at);
  return {
    codeId: id,
    code: secret.reveal(),
    expiresAt: new Date(at.getTime() + lifeMs).toISOString(),
  };
}
