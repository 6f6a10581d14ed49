import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCliBuilt } from '#scripts/build-cli.mjs';
import { bareEnvironment } from '#server/testing/bare-environment.ts';
import type { Json } from '#server/testing/caller.ts';

// As it is handed out: one file starts in a quarter of the time of forty.
await ensureCliBuilt();
const program = fileURLToPath(new URL('../../out-cli/keyward.mjs', import.meta.url));

export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
  /** What stdout says, where it is JSON. */
  json: Json;
}

export interface RunOptions {
  stdin?: string;
  env?: Record<string, string>;
  /** Called with all that it has printed so far, on both streams. */
  onOutput?: (said: string) => void;
  signal?: AbortSignal;
}

/** The command line in a home of its own, started as people start it. */
export interface CommandLine extends Disposable {
  /** `$HOME`, which holds the configuration too. */
  home: string;
  configFile: string;
  config(): Json;
  /** Arguments as one line, or as a list where one of them has spaces. */
  run(args: string | string[], options?: RunOptions): Promise<Run>;
  /** All that it was given as arguments and all that it printed. */
  seen(): string;
}

export function openCommandLine(env: Record<string, string> = {}): CommandLine {
  const home = mkdtempSync(path.join(tmpdir(), 'keyward-home-'));
  const configFile = path.join(home, '.config', 'keyward', 'config.json');
  let seen = '';
  return {
    home,
    configFile,
    config: () => JSON.parse(readFileSync(configFile, 'utf8')) as Json,
    seen: () => seen,
    async run(args, options = {}) {
      const list = typeof args === 'string' ? args.split(' ').filter(Boolean) : args;
      const run = await start(list, { ...options, env: { HOME: home, ...env, ...options.env } });
      seen += `${list.join(' ')}\n${run.stdout}\n${run.stderr}\n`;
      return run;
    },
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}

async function start(args: string[], { stdin = '', env, onOutput, signal }: RunOptions): Promise<Run> {
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [program, ...args], {
    env: { ...bareEnvironment(), ...env },
    ...(signal && { signal, killSignal: 'SIGINT' }),
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', () => {});
    child.on('close', resolve);
  });
  const said = { all: '', stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
      said.all += text;
      onOutput?.(said.all);
    });
  }
  // Whoever ends before it has read everything is not at fault.
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  return { code: await ended, stdout: said.stdout, stderr: said.stderr, json: parse(said.stdout) };
}

function parse(stdout: string): Json {
  try {
    return JSON.parse(stdout) as Json;
  } catch {
    return {};
  }
}
