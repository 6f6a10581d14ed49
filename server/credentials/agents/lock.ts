import type { Transaction } from '#db/client.ts';
import { violatedUnique } from '#db/errors.ts';
import type { PersonCtx } from '#server/core/access/context.ts';
import { rolePermissions } from '#server/core/access/permissions.ts';
import {
  findAgentForUpdate,
  lockPeople,
  lockTenant,
  type AgentRow,
  type AgentScope,
} from '#server/credentials/agents/queries.ts';
import { AppError, invalid, notFound, tenantSuspended } from '#server/errors.ts';

/** One who was locked, as they are now. */
export type LockedPerson = Awaited<ReturnType<typeof lockPeople>>[number];

/**
 * Locks the tenant, then the person who changes an agent, with what they hold, and the one for whom it is to act, if there is one (decision 46).
 * Throws `tenant_suspended`, `account_deactivated`, `permission_denied` for what they lost a moment ago.
 */
export async function lockForAgents(tx: Transaction, { principal }: PersonCtx, ownerId?: string) {
  const { tenantId, user, permissions } = principal;
  const tenant = await lockTenant(tx, tenantId);
  if (!tenant) throw notFound('tenant');
  if (tenant.suspendedAt) throw tenantSuspended();
  const people = await lockPeople(tx, tenantId, ownerId ? [user.id, ownerId] : [user.id]);
  const actor = people.find(({ id }) => id === user.id);
  if (!actor?.active) throw new AppError('account_deactivated', 'This account was deactivated a moment ago.');
  const held = rolePermissions[actor.role];
  // Without it they change no agents but their own.
  if (permissions.has('agents:write') && !held.has('agents:write'))
    throw new AppError(
      'permission_denied',
      `The role ${actor.role} cannot change agents. Ask an admin for another.`,
    );
  return { overdueDays: tenant.agentOverdueDays, people, held };
}

/** The locked person for whom an agent is to act. Throws `validation_failed` for one who is not active here. */
export function activeOwner(people: LockedPerson[], id: string, field: string): LockedPerson {
  const owner = people.find((person) => person.id === id);
  if (!owner?.active) throw invalid(field, 'There is no active person with this id.');
  return owner;
}

/** Throws `not_found` for unknown ids, deleted agents, and those outside of the scope. */
export async function lockAgent(
  tx: Transaction,
  scope: AgentScope,
  wanted: { id: string; at: Date },
): Promise<AgentRow> {
  const agent = await findAgentForUpdate(tx, scope, wanted);
  if (!agent) throw notFound('agent');
  return agent;
}

/** Throws `name_taken` where a write finds that the tenant has an agent of that name. */
export async function refusingTakenAgentName<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (violatedUnique(error) !== 'credentials_live_agent_name') throw error;
    throw new AppError('name_taken', 'There is an agent of this name. Choose another name.');
  }
}
