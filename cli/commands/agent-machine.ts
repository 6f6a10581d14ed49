import { Option, type Command } from 'commander';
import { runHere, type RunOptions } from '#cli/agent-run.ts';
import { enrollAgent } from '#cli/agent/enroll-agent.ts';
import { isKnown } from '#cli/agent/held-secrets.ts';
import { findHolder } from '#cli/agent/lock-state.ts';
import type { AgentState } from '#cli/agent/published.d.ts';
import { defaultStateFile, readStateFile, resolveStateFile } from '#cli/agent/state-file.ts';
import { tryToken, type Trial } from '#cli/agent/try-token.ts';
import { CliError } from '#cli/client/errors.ts';
import { addExamples } from '#cli/command-help.ts';
import { openContext, type Context } from '#cli/context.ts';
import { readNamedFile } from '#cli/read-file.ts';
import { readSecret } from '#cli/terminal/prompts.ts';
import { clean } from '#cli/terminal/text.ts';

interface EnrollOptions {
  state: string;
  replace?: boolean;
}

const whence = 'Its owner makes one: keyward agent code <agent>. Then: keyward agent enroll < code';

/** What runs on the machine of an agent, where there is no person and no profile. */
export function addAgentMachine(agent: Command): void {
  const stateFile = () =>
    new Option('--state <file>', 'where the agent keeps its secret (KEYWARD_STATE)').default(
      defaultStateFile(),
    );
  const enroll = agent
    .command('enroll')
    .description('Make this machine an agent: swaps a code for its first secret')
    .argument('[code]', 'good once; left out: read from KEYWARD_CODE_FILE, stdin or a hidden prompt')
    .addOption(stateFile())
    .option('--replace', 'write over the secret that is there')
    .action((code: string | undefined, options: EnrollOptions, command: Command) =>
      enrollHere(openContext(command), code, options),
    );
  addExamples(enroll, [
    ['keyward agent enroll --server https://keyward.example.com < code', 'the code on stdin'],
  ]);
  const run = agent
    .command('run')
    .description('Keep this agent connected and its secret rotated, until it is stopped')
    .addOption(stateFile())
    .option('--exec <command>', 'run a program that finds the secret in the file KEYWARD_TOKEN_FILE')
    .addOption(
      new Option('--signal <name>', 'what tells the program of a new secret')
        .choices(['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'none'])
        .default('SIGHUP'),
    )
    .action((options: RunOptions, command: Command) => runHere(openContext(command), options));
  addExamples(run, [
    ['keyward agent run', 'with the state that "enroll" wrote'],
    ["keyward agent run --exec './worker --port 8080'", 'with a program beside it'],
  ]);
  agent
    .command('status')
    .description('Show the agent of this machine, and whether its secret works')
    .addOption(stateFile())
    .action((options: { state: string }, command: Command) => showStatus(openContext(command), options));
}

async function enrollHere(
  context: Context,
  given: string | undefined,
  { state, replace = false }: EnrollOptions,
): Promise<void> {
  const { out } = context;
  const server = context.server();
  const code = await readCode(given);
  const { insecureHttp } = context.access();
  const enrolled = await enrollAgent({ server, code, stateFile: state, replace, insecureHttp }, out);
  if (out.json) out.printJson({ ...enrolled, state });
  out.done(`This machine is the agent "${clean(enrolled.name)}", epoch ${enrolled.epoch}.`);
  out.note(`Its secret is in ${state}. Next: keyward agent run${stateArgument(state)}`);
}

async function readCode(given: string | undefined): Promise<string> {
  if (given !== undefined && given !== '-') return given;
  const file = process.env['KEYWARD_CODE_FILE'];
  if (given === undefined && file) return readNamedFile(file, `KEYWARD_CODE_FILE: ${file}`);
  return await readSecret('Code', whence);
}

const stateArgument = (state: string) => (state === defaultStateFile() ? '' : ` --state ${state}`);

/** Exits with 4 where the server refuses the secret, and with 3 where it cannot be asked. */
async function showStatus({ out }: Context, { state }: { state: string }): Promise<void> {
  const file = resolveStateFile(state);
  const held = readStateFile(file);
  const { server, agentId, current, next } = held;
  const pid = findHolder(file);
  const trial = await tryHeld(held);
  const facts = {
    agentId,
    server,
    epoch: current.epoch,
    nextEpoch: next?.epoch ?? null,
    pid: pid ?? null,
    secret: trial.result,
  };
  if (out.json) out.printJson(facts);
  else
    out.facts([
      ['Agent', agentId],
      ['Server', server],
      ['State', file],
      ['Epoch', String(current.epoch) + (next ? `, and ${next.epoch} not confirmed yet` : '')],
      ['Running', pid === undefined ? 'no' : `yes, process ${pid}`],
      ['Secret', trial.result === 'works' ? out.paint.green('works') : out.paint.red(trial.result)],
    ]);
  if (trial.result === 'works') return;
  if (trial.result === 'refused') throw new CliError('signedOut', trial.reason, { code: trial.code });
  throw new CliError('unreachable', trial.reason);
}

/** As a start does, the next one first. */
async function tryHeld({ server, agentId, current, next }: AgentState): Promise<Trial> {
  const trial = next && (await tryToken(server, agentId, next.token));
  if (trial && (trial.result !== 'refused' || isKnown(trial.code))) return trial;
  return await tryToken(server, agentId, current.token);
}
