import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { wordsOfRotation } from '#cli/agent-view.ts';
import type { Api } from '#cli/client/api.ts';
import { CliError } from '#cli/client/errors.ts';
import { agentReferences, findAgent } from '#cli/client/token-reference.ts';
import { addExamples } from '#cli/command-help.ts';
import { openContext, type Context } from '#cli/context.ts';
import { startSpinner } from '#cli/terminal/spinner.ts';
import { clean } from '#cli/terminal/text.ts';
import { momentOf } from '#cli/terminal/times.ts';
import type { RotationPageView, RotationState, RotationView } from '#server/credentials/rotation/schema.ts';

const pollMs = 500;
/** More than a rotation may take by any setting. */
const giveUpMs = 330_000;
const openStates: RotationState[] = ['queued', 'staged', 'delivered', 'persisted'];

export function addAgentRotate(agent: Command): void {
  const command = agent
    .command('rotate')
    .description('Give an agent a new secret, and show how far that has come')
    .argument('<agent>', agentReferences)
    .option('--wait', 'queue it for an agent that is not connected')
    .action((reference: string, options: { wait?: boolean }, command: Command) =>
      rotate(openContext(command), reference, options),
    );
  addExamples(command, [
    ['keyward agent rotate build-1', 'now'],
    ['keyward agent rotate build-1 --wait', 'when it is back'],
  ]);
}

/** Exits with 1 where the agent has no new secret in the end. */
async function rotate(context: Context, reference: string, { wait }: { wait?: boolean }): Promise<void> {
  const { out } = context;
  const api = context.api();
  const { id, name, online } = await findAgent(api, reference, out);
  const body = { wait: wait ? 'reconnect' : undefined };
  const asked = await api.send<RotationView>(`POST /api/v1/agents/${id}/rotate`, { body });
  const ended = online ? await follow(context, api, asked) : asked;
  if (out.json) out.printJson(ended);
  if (ended.state === 'queued') return out.done(`Queued for "${clean(name)}": it rotates when it connects.`);
  if (ended.state !== 'promoted')
    throw new CliError('refused', `"${clean(name)}" keeps its secret: ${wordsOfRotation(ended)}.`, {
      hint: `See: keyward agent show ${clean(name)}`,
    });
  const old = ended.graceEndsAt ? ` The old secret works until ${momentOf(ended.graceEndsAt)}.` : '';
  out.done(`"${clean(name)}" has a new secret, epoch ${ended.epoch}.${old}`);
}

/** Says each state once, as it is seen. */
async function follow({ out }: Context, api: Api, asked: RotationView): Promise<RotationView> {
  const spinner = startSpinner(out, 'Rotating');
  let seen: RotationState | undefined;
  let rotation = asked;
  try {
    for (const end = performance.now() + giveUpMs; ; await sleep(pollMs)) {
      if (rotation.state !== seen) {
        spinner.say(wordsOfRotation(rotation));
        out.note(`  ${rotation.state.padEnd(10)} ${wordsOfRotation(rotation)}`);
        seen = rotation.state;
      }
      if (!openStates.includes(rotation.state) || performance.now() > end) return rotation;
      rotation = await read(api, rotation);
    }
  } finally {
    spinner.stop();
  }
}

async function read(api: Api, { agentId, id }: RotationView): Promise<RotationView> {
  const query = { limit: 20 };
  const { items } = await api.send<RotationPageView>(`GET /api/v1/agents/${agentId}/rotations`, { query });
  const found = items.find((item) => item.id === id);
  if (found) return found;
  throw new CliError('refused', 'The server knows this rotation no more.');
}
