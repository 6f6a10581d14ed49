import { auditRow } from '#server/core/audit/record.ts';
import { machineName } from '#server/core/secrets/machine-name.ts';
import { agentLimits } from '#server/credentials/agents/schema.ts';
import { markFailed, noteCompleted } from '#server/credentials/rotation/commands.ts';
import { settleHello } from '#server/credentials/rotation/settle-hello.ts';
import type { AgentConnections } from '#server/doors/agents/agent-connections.ts';
import { closeConnection, sendMessage, type AgentConnection } from '#server/doors/agents/connection.ts';
import { ProtocolError, readAs, type Call } from '#server/doors/agents/read-message.ts';
import {
  channelLimits,
  helloParams,
  type HelloResult,
  rotationCompleteParams,
  rotationFailedParams,
} from '#server/doors/agents/schema.ts';
import { deliverRotation } from '#server/doors/agents/serve-rotation.ts';

type Method = (connections: AgentConnections, connection: AgentConnection, call: Call) => Promise<void>;

/** What an agent may call. */
const methods: Record<string, Method> = {
  'agent.hello': answerHello,
  async 'agent.rotation_complete'(_, connection, call) {
    const completed = readAs(rotationCompleteParams, call.params);
    if (await noteCompleted(connection.ctx, connection.id, completed)) connection.epoch = completed.epoch;
    acknowledge(connection, call);
  },
  async 'agent.rotation_failed'(_, connection, call) {
    await markFailed(connection.ctx, readAs(rotationFailedParams, call.params));
    acknowledge(connection, call);
  },
};

export const channelMethods = Object.keys(methods);

export async function answerCall(
  connections: AgentConnections,
  connection: AgentConnection,
  call: Call,
): Promise<void> {
  const method = Object.hasOwn(methods, call.method) ? methods[call.method] : undefined;
  if (!method) throw new ProtocolError('there is no such method');
  if (connection.greetedAt === undefined && call.method !== 'agent.hello')
    throw new ProtocolError('say hello first');
  await method(connections, connection, call);
}

function acknowledge(connection: AgentConnection, { id }: Call): void {
  if (id !== undefined) sendMessage(connection, { id, result: {} });
}

async function answerHello(
  connections: AgentConnections,
  connection: AgentConnection,
  { id, params }: Call,
): Promise<void> {
  if (id === undefined) throw new ProtocolError('a hello has an id');
  if (connection.greetedAt !== undefined) throw new ProtocolError('hello was said already');
  const hello = readAs(helloParams, params);
  const { ctx, epoch } = connection;
  if (hello.epoch !== epoch && hello.nextEpoch !== epoch)
    throw new ProtocolError('this epoch is not that of the secret you called with');
  const host = machineName(hello.host, agentLimits.hostLength) ?? 'unknown';
  const version = machineName(hello.version) ?? 'unknown';
  const { serverId } = connections;
  const said = { host, version, epoch, nextEpoch: hello.nextEpoch, connectionId: connection.id, serverId };
  await connections.isListed();
  const outcome = await inTurn(connections, connection, () => settleHello(ctx, said));
  if (!outcome) return;
  if ('closing' in outcome) return closeConnection(connection, outcome.closing.why, outcome.closing.reason);
  if (!connections.greet(connection)) return;
  const { agent } = ctx.principal;
  const serverTime = ctx.now().toISOString();
  const { heartbeatSeconds } = channelLimits;
  const result: HelloResult = { agentId: agent.id, epoch, serverTime, heartbeatSeconds };
  sendMessage(connection, { id, result });
  const resource = { type: 'agent', id: agent.id, label: agent.name };
  const detail = { host, version, epoch };
  ctx.runtime.auditQueue.addGathered(auditRow(ctx, { action: 'agent.connect', resource, detail }));
  if (outcome.hasQueued) await deliverRotation(connection);
}

/** Undefined where the agent has gone while it waited: of many that come at once, some give up. */
async function inTurn<T>(
  { hellos }: AgentConnections,
  { ctx, socket }: AgentConnection,
  run: () => Promise<T>,
): Promise<T | undefined> {
  const release = await hellos.take(ctx.principal.agent.id);
  try {
    return socket.readyState === socket.OPEN ? await run() : undefined;
  } finally {
    release();
  }
}
