import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createApi } from '#cli/client/api.ts';
import { CliError, usage } from '#cli/client/errors.ts';
import { assertPrivateWay, parseServer } from '#cli/client/server-address.ts';
import type { Output } from '#cli/terminal/output.ts';
import { version as ownVersion } from '#cli/version.ts';
import { secretKind } from '#server/core/secrets/schema.ts';
import type { EnrolledAgentView } from '#server/credentials/agents/schema.ts';
import { lockState } from './lock-state.ts';
import type { AgentState, EnrollAgentOptions, EnrolledAgent } from './published.d.ts';
import { hostName } from './run-agent.ts';
import { readStateFile, resolveStateFile, writeDurably, writeState, WriteError } from './state-file.ts';

/** Swaps a code for the first secret and writes the state file: see `published.d.ts`. */
export async function enrollAgent(options: EnrollAgentOptions, out = silent): Promise<EnrolledAgent> {
  const server = parseServer(options.server);
  assertPrivateWay(server, options.insecureHttp ?? false);
  const code = assertCode(options.code);
  const file = resolveStateFile(options.stateFile);
  makeFolder(path.dirname(file));
  const lock = await lockState(file);
  try {
    assertWritable(file, options.replace ?? false);
    const { host = hostName(), version = ownVersion } = options;
    const body = { code, host, version: version.slice(0, 64) };
    const api = createApi({ server, out });
    const { agent, token, epoch } = await api.send<EnrolledAgentView>('POST /api/v1/agents/enroll', { body });
    keep(file, { version: 1, server, agentId: agent.id, current: { epoch, token }, next: null });
    return { agentId: agent.id, name: agent.name, epoch };
  } finally {
    lock.release();
  }
}

const silent: Pick<Output, 'trace'> = { trace: () => {} };

function assertCode(text: string): string {
  const code = text.trim();
  if (secretKind(code) === 'set') return code;
  throw usage('This is no code to enroll with.', 'It looks like kw_set_…: keyward agent code <agent>');
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw cannotWrite(`${folder} cannot be made (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** Before the code is used up. */
function assertWritable(file: string, isReplaced: boolean): void {
  if (existsSync(file)) {
    const { agentId } = readStateFile(file);
    if (!isReplaced)
      throw usage(
        `${file} holds the secret of an agent already (${agentId}).`,
        'To write over it, say --replace.',
      );
  }
  const probe = `${file}.probe`;
  try {
    writeDurably(probe, '{}\n');
    rmSync(probe);
  } catch (error) {
    throw cannotWrite(error instanceof WriteError ? error.message : String(error));
  }
}

function keep(file: string, state: AgentState): void {
  try {
    writeState(file, state);
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    throw new CliError('refused', `${error.message} The code is used up and its secret is lost.`, {
      hint: `Make room, then enroll with another code: keyward agent code ${state.agentId}`,
    });
  }
}

function cannotWrite(message: string): CliError {
  return new CliError('refused', message, {
    hint: 'The code was not used. Name another place: --state <file>',
  });
}
