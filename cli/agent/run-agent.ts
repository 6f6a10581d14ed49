import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '#cli/client/errors.ts';
import { assertPrivateWay } from '#cli/client/server-address.ts';
import { version as ownVersion } from '#cli/version.ts';
import { openChannel, type Channel, type ChannelEnd } from './channel.ts';
import { holdSecrets, isEnded, isKnown, type HeldSecrets } from './held-secrets.ts';
import { lockState } from './lock-state.ts';
import type { AgentEvent, AgentSecret, RunAgentOptions, RunningAgent } from './published.d.ts';
import { reconnectDelay } from './reconnect-delay.ts';
import { readStateFile, resolveStateFile, restrictMode } from './state-file.ts';
import { createRotations, type TakeRotation } from './take-rotation.ts';

/** A secret that is on the disk and was not confirmed is tried again this often while the connection holds. */
const confirmEveryMs = 60_000;

interface Agent {
  secrets: HeldSecrets;
  host: string;
  version: string;
  takeRotation: TakeRotation;
  onEvent(event: AgentEvent): void;
  stopping: AbortSignal;
  /** The connection that there is now. */
  channel: Channel | undefined;
}

/** Keeps an agent connected and its secret rotated: see `published.d.ts`. */
export async function runAgent(options: RunAgentOptions): Promise<RunningAgent> {
  const file = resolveStateFile(options.stateFile);
  // Before the lock, which a folder without a state file should not get.
  readStateFile(file);
  const lock = await lockState(file);
  try {
    const stop = new AbortController();
    const agent = openAgent(file, options, stop.signal);
    const { server, agentId } = agent.secrets.state();
    const ended = keepConnected(agent).finally(() => lock.release());
    return {
      agentId,
      server,
      token: () => agent.secrets.state().current.token,
      ended,
      async stop() {
        stop.abort();
        agent.channel?.close();
        await ended.catch(() => {});
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function openAgent(file: string, options: RunAgentOptions, stopping: AbortSignal): Agent {
  const { insecureHttp = false, onEvent = () => {}, host = hostName(), version = ownVersion } = options;
  const onWarning = (text: string) => onEvent({ event: 'warning', text });
  const state = readStateFile(file);
  assertPrivateWay(state.server, insecureHttp);
  if (restrictMode(file)) onWarning(`${file} was open to other users; it is 0600 now.`);
  const onAdopted = ({ epoch }: AgentSecret) => onEvent({ event: 'rotated', epoch });
  const secrets = holdSecrets({ file, state, onAdopted, onWarning });
  return {
    secrets,
    host,
    version: version.slice(0, 64),
    takeRotation: createRotations(secrets, onEvent),
    onEvent,
    stopping,
    channel: undefined,
  };
}

export function hostName(): string {
  return os.hostname().slice(0, 253) || 'unknown';
}

async function keepConnected(agent: Agent): Promise<void> {
  const { stopping } = agent;
  for (let failed = 0; !stopping.aborted;) {
    const end = await connect(agent);
    if (stopping.aborted) return;
    const { seconds, attempts } = reconnectDelay(end, failed, Math.random());
    failed = attempts;
    agent.onEvent(describeEnd(end, Math.ceil(seconds)));
    await sleep(seconds * 1_000, undefined, { signal: stopping }).catch(() => {});
  }
}

/**
 * Tries the next secret, then the current one, and holds the connection that one of them gets. Throws `signedOut` once the
 * server has refused each of them for good.
 */
async function connect(agent: Agent): Promise<ChannelEnd> {
  const { secrets } = agent;
  await secrets.confirmNext();
  let lasting: ChannelEnd | undefined;
  let final: (ChannelEnd & { kind: 'refused' }) | undefined;
  for (const secret of secrets.candidates()) {
    const end = await hold(agent, secret);
    if (end.kind !== 'refused' || end.status !== 401) return end;
    secrets.noteRefusal(secret, end.code);
    if (isEnded(end.code)) final = end;
    else lasting ??= end;
    if (isKnown(end.code)) break;
  }
  if (lasting) return lasting;
  throw enrollAgain(secrets.state().agentId, final);
}

async function hold(agent: Agent, secret: AgentSecret): Promise<ChannelEnd> {
  const { secrets, onEvent, host, version } = agent;
  const { server, agentId } = secrets.state();
  const next = secrets.hopeful();
  const isNext = secret.token === secrets.state().next?.token;
  const channel = await openChannel({
    server,
    agentId,
    token: secret.token,
    hello: { host, version, epoch: secret.epoch, ...(!isNext && next && { nextEpoch: next.epoch }) },
    onReady() {
      if (isNext) secrets.adoptNext();
      onEvent({ event: 'connected', server, epoch: secret.epoch });
    },
    onRotate: agent.takeRotation,
  });
  agent.channel = channel;
  if (agent.stopping.aborted) channel.close();
  const confirming = setInterval(() => {
    if (secrets.hopeful()) void secrets.confirmNext();
  }, confirmEveryMs);
  try {
    return await channel.ended;
  } finally {
    clearInterval(confirming);
    agent.channel = undefined;
  }
}

function describeEnd(end: ChannelEnd, retrySeconds: number): AgentEvent {
  const { reason } = end;
  if (end.kind === 'refused')
    return { event: 'refused', status: end.status, code: end.code, reason, retrySeconds };
  return { event: 'disconnected', ...(end.kind === 'closed' && { code: end.code }), reason, retrySeconds };
}

function enrollAgain(agentId: string, refusal: { code: string; reason: string } | undefined): CliError {
  return new CliError(
    'signedOut',
    `No secret of this agent works any more. ${refusal?.reason ?? ''}`.trim(),
    {
      code: refusal?.code,
      hint: `Enroll again: its owner runs "keyward agent code ${agentId}", then here: keyward agent enroll --replace`,
    },
  );
}
