import type { AgentStatus, AgentView } from '#server/credentials/agents/schema.ts';
import type { RotationState, RotationView } from '#server/credentials/rotation/schema.ts';
import type { Output } from './terminal/output.ts';
import { clean } from './terminal/text.ts';
import { ago, momentOf, until } from './terminal/times.ts';
import { factsOfReach } from './token-view.ts';

function statusPaint({ paint }: Output): Record<AgentStatus, (text: string) => string> {
  return {
    never_connected: paint.dim,
    online: paint.green,
    offline: paint.dim,
    rotation_pending: paint.yellow,
    rotation_stuck: paint.red,
    paused: paint.yellow,
    disabled: paint.yellow,
  };
}

const wordsOf = (status: AgentStatus) => status.replace('_', ' ');

export function showAgents(out: Output, agents: AgentView[]): void {
  const now = Date.now();
  const byStatus = statusPaint(out);
  out.table(agents, [
    { title: 'NAME', value: ({ name }) => name, paint: out.paint.bold, flexible: true },
    {
      title: 'STATUS',
      value: ({ status }) => wordsOf(status),
      paint: (text, { status }) => byStatus[status](text),
    },
    { title: 'OWNER', value: ({ owner }) => owner.label, flexible: true },
    { title: 'HOST', value: ({ host }) => host ?? '–', flexible: true },
    { title: 'EPOCH', value: ({ epoch }) => String(epoch ?? '–') },
    { title: 'ROTATES', value: ({ rotateAfter }) => (rotateAfter ? until(rotateAfter, now) : '–') },
    { title: 'LAST SEEN', value: ({ lastSeenAt }) => ago(lastSeenAt, now) },
  ]);
}

export function showAgent(out: Output, agent: AgentView): void {
  const now = Date.now();
  const at = (time: string | null) => (time ? `${momentOf(time)} (${until(time, now)})` : undefined);
  const { owner, rotation } = agent;
  out.facts([
    ['Name', out.paint.bold(clean(agent.name))],
    ['Description', agent.description ? clean(agent.description) : undefined],
    ['Owner', clean(owner.label) + (owner.active ? '' : ' (deactivated: transfer the agent)')],
    ['Id', agent.id],
    ['Prefix', agent.prefix ? `${clean(agent.prefix)}…` : undefined],
    ['Status', statusPaint(out)[agent.status](wordsOf(agent.status))],
    ['Paused', agent.pausedAt ? `${momentOf(agent.pausedAt)}: ${clean(agent.pauseReason ?? '')}` : undefined],
    ['Code', agent.enrollment ? `waits until ${momentOf(agent.enrollment.expiresAt)}` : undefined],
    ['May', agent.permissions.join(', ')],
    ...factsOfReach(agent.resources),
    ['Machine', machineOf(agent)],
    ['Last seen', ago(agent.lastSeenAt, now)],
    ['Epoch', agent.epoch === null ? 'none: it was not enrolled' : String(agent.epoch)],
    ['Rotates', at(agent.rotateAfter)],
    ['Expires', at(agent.expiresAt)],
    ['Rotation', rotation ? `epoch ${rotation.epoch ?? '–'}, ${wordsOfRotation(rotation)}` : undefined],
    ['Copy', agent.cloneSuspectedAt ? `suspected ${ago(agent.cloneSuspectedAt, now)}` : undefined],
  ]);
}

function machineOf({ host, version, address }: AgentView): string | undefined {
  const parts = [host, version && `keyward ${version}`, address].filter(Boolean);
  return parts.length > 0 ? clean(parts.join(', ')) : undefined;
}

const stateWords: Record<RotationState, string> = {
  queued: 'waits for the agent to connect',
  staged: 'the new secret is made',
  delivered: 'sent to the agent',
  persisted: 'on its disk',
  promoted: 'in use',
  failed: 'failed',
  superseded: 'replaced by a later one',
  cancelled: 'cancelled',
};

/** How far a rotation has come. */
export function wordsOfRotation({ state, failure, failureText }: RotationView): string {
  const why = [failure, failureText].filter(Boolean).join(': ');
  return stateWords[state] + (why ? ` (${clean(why)})` : '');
}
