import { effectivePermissions } from '#server/core/access/permissions.ts';
import { isWithin } from '#server/core/access/resources.ts';
import type { Permission, Resources, Role } from '#server/core/access/schema.ts';
import { agentLimits, type AgentGrant, type UpdateAgentInput } from '#server/credentials/agents/schema.ts';
import { AppError, invalid } from '#server/errors.ts';

/** What an agent may do and reach, and whether it is on. */
export interface AgentTerms {
  permissions: readonly string[];
  resources: Resources;
  enabled: boolean;
}

/** Whether a change lets an agent do more than it may now: more permissions or resources, or anything again. */
export function isWidening(agent: AgentTerms, change: Omit<UpdateAgentInput, 'id'>): boolean {
  const { permissions, resources, enabled } = change;
  return (
    addedPermissions(agent, permissions).length > 0 ||
    (resources !== undefined && !isWithin(resources, agent.resources)) ||
    (enabled === true && !agent.enabled)
  );
}

/** The permissions of a grant that an agent does not have yet. */
export function addedPermissions(
  { permissions }: Pick<AgentTerms, 'permissions'>,
  grant: AgentGrant = [],
): AgentGrant {
  return grant.filter((permission) => !permissions.includes(permission));
}

/** For whom an agent acts, or is to; one who is not active lends it nothing. */
export interface AgentOwner {
  role: Role;
  active: boolean;
}

/** What an agent could do for one person that it cannot do for another. */
export function gainedByTransfer(permissions: AgentGrant, from: AgentOwner, to: AgentOwner): Permission[] {
  const worth = ({ role, active }: AgentOwner): ReadonlySet<Permission> =>
    active ? effectivePermissions({ kind: 'agent', role }, permissions) : new Set();
  return [...worth(to).difference(worth(from))];
}

/** Throws `validation_failed` for secrets that would end at the moment at which they are due. */
export function assertReplaceable(rotationDays: number | null, overdueDays: number): void {
  if (rotationDays === 1 && overdueDays === 0)
    throw invalid(
      'rotationDays',
      'At least 2 days: here a secret ends on the day on which it is due, and has to be replaced before that.',
    );
}

/** Throws `too_many_agents` where a tenant has as many as one may have. */
export function assertRoomForAgent(count: number): void {
  if (count >= agentLimits.agents)
    throw new AppError(
      'too_many_agents',
      `There are ${agentLimits.agents.toLocaleString('en-GB')} agents, which is the most that a tenant can have. Delete some that are no longer needed.`,
    );
}

/** Why an agent cannot be enrolled at this moment, though its code is good. */
export function enrollmentRefusal(agent: {
  enabled: boolean;
  pausedAt: Date | null;
  ownerActive: boolean;
}): AppError | undefined {
  const again = 'The code works until it expires.';
  if (!agent.enabled)
    return new AppError(
      'token_disabled',
      `This agent is disabled. Have it enabled, then try again. ${again}`,
    );
  if (!agent.ownerActive)
    return new AppError(
      'account_deactivated',
      `The owner of this agent is deactivated. Have it transferred to someone else, then try again. ${again}`,
    );
  if (agent.pausedAt)
    return new AppError('paused', `This agent is paused. Have it resumed, then try again. ${again}`);
}
