import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import os from 'node:os';
import { childEnvironment } from '#cli/terminal/browser.ts';
import type { RunningAgent } from './published.d.ts';
import { writeDurably, WriteError } from './state-file.ts';

export type ReloadSignal = 'SIGHUP' | 'SIGUSR1' | 'SIGUSR2' | 'none';

export interface ProgramOptions {
  /** One command, as a shell reads it. */
  command: string;
  agent: Pick<RunningAgent, 'server' | 'token'>;
  /** Holds the secret that works now, and nothing else. */
  tokenFile: string;
  signal: ReloadSignal;
  onWarning(text: string): void;
}

export interface Program {
  /** The exit code; 128 and the signal's number where a signal ended it. */
  ended: Promise<number>;
  /** Puts the secret of the agent into the file, and tells the program. */
  renew(): void;
  stop(): Promise<void>;
}

const retryMs = 5_000;
const stopMs = 10_000;

/** Runs a program beside an agent. It finds the secret in the file that `KEYWARD_TOKEN_FILE` names. Throws a `WriteError`. */
export function runProgram({ command, agent, tokenFile, signal, onWarning }: ProgramOptions): Program {
  writeDurably(tokenFile, agent.token());
  // `exec`: signals reach the program, not a shell before it.
  const child = spawn(process.platform === 'win32' ? command : `exec ${command}`, {
    shell: true,
    stdio: 'inherit',
    env: { ...childEnvironment(), KEYWARD_TOKEN_FILE: tokenFile, KEYWARD_SERVER: agent.server },
  });
  let retry: NodeJS.Timeout | undefined;
  function renew(): void {
    clearTimeout(retry);
    try {
      writeDurably(tokenFile, agent.token());
      if (signal !== 'none') child.kill(signal);
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      onWarning(`${error.message} The program has the old secret until it can be.`);
      retry = setTimeout(renew, retryMs);
    }
  }
  const ended = endOf(child).finally(() => {
    clearTimeout(retry);
    rmSync(tokenFile, { force: true });
  });
  return {
    ended,
    renew,
    async stop() {
      child.kill('SIGTERM');
      const killing = setTimeout(() => child.kill('SIGKILL'), stopMs);
      await ended;
      clearTimeout(killing);
    },
  };
}

function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0)));
  });
}
