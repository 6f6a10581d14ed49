import type { AgentEvent } from './agent/published.d.ts';
import { runAgent } from './agent/run-agent.ts';
import { runProgram, type Program, type ProgramOptions, type ReloadSignal } from './agent/run-program.ts';
import { resolveStateFile, WriteError } from './agent/state-file.ts';
import { CliError } from './client/errors.ts';
import type { Context } from './context.ts';
import type { Output } from './terminal/output.ts';
import { cleanJsonLine } from './terminal/text.ts';

export interface RunOptions {
  state: string;
  exec?: string;
  signal: ReloadSignal;
}

/** Runs the agent of this machine until it is stopped, its program ends, or no secret of it works any more. */
export async function runHere({ out, globals }: Context, { state, exec, signal }: RunOptions): Promise<void> {
  let program: Program | undefined;
  const onEvent = (event: AgentEvent) => {
    log(out, event);
    if (event.event === 'rotated') program?.renew();
  };
  const agent = await runAgent({ stateFile: state, onEvent, insecureHttp: globals.insecureHttp ?? false });
  stopOnSignal(async () => {
    await program?.stop();
    await agent.stop();
  });
  if (exec === undefined) return await agent.ended;
  const tokenFile = `${resolveStateFile(state)}.token`;
  const onWarning = (text: string) => onEvent({ event: 'warning', text });
  let code: number;
  try {
    program = start({ command: exec, agent, tokenFile, signal, onWarning });
    const { ended } = program;
    code = await Promise.race([ended, agent.ended.then(() => ended)]);
  } finally {
    await program?.stop();
    await agent.stop();
  }
  out.note(`${new Date().toISOString()} the program ended with ${code}`);
  process.exit(code);
}

/** In place of what ends the other commands at once. The second signal does. */
function stopOnSignal(stop: () => Promise<void>): void {
  process.removeAllListeners('SIGINT');
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => void stop());
}

function start(options: ProgramOptions): Program {
  try {
    return runProgram(options);
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    throw new CliError('refused', error.message, { hint: 'The folder of the state file must be writable.' });
  }
}

/** One line an event, on stderr: stdout is the program's. */
function log(out: Output, event: AgentEvent): void {
  const at = new Date().toISOString();
  if (out.json) return void process.stderr.write(`${cleanJsonLine({ at, ...event })}\n`);
  const line = `${at} ${describe(event)}`;
  if (['connected', 'rotation_started', 'rotated'].includes(event.event)) out.note(line);
  else out.warn(line);
}

function describe(event: AgentEvent): string {
  switch (event.event) {
    case 'connected':
      return `connected to ${event.server}, epoch ${event.epoch}`;
    case 'disconnected':
      return `disconnected${event.code ? ` (${event.code})` : ''}: ${event.reason || 'no reason given'}; again in ${event.retrySeconds} s`;
    case 'refused':
      return `refused (${event.status} ${event.code}): ${event.reason} Again in ${event.retrySeconds} s`;
    case 'rotation_started':
      return `a new secret came, epoch ${event.epoch}`;
    case 'rotated':
      return `the new secret works, epoch ${event.epoch}`;
    case 'rotation_failed':
      return `rotation failed (${event.reason}): ${event.text}`;
    case 'warning':
      return event.text;
  }
}
