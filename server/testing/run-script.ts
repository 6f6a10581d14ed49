import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { serverEnvironment } from '#server/testing/server-environment.ts';

export interface ScriptRun {
  exitCode: number | null;
  /** What a pipe would get. */
  out: string;
  /** What the person at the terminal is told. */
  told: string;
}

/** Runs a program of `doors/operator` with these settings only, as an operator does from a timer. `typed`: what it reads. */
export async function runScript(
  name: string,
  settings: Record<string, string>,
  args: string[],
  typed = '',
): Promise<ScriptRun> {
  const script = fileURLToPath(new URL(`../doors/operator/${name}`, import.meta.url));
  const env = { ...serverEnvironment(), ...settings };
  const child = spawn(process.execPath, [script, ...args], { env });
  child.stdin.on('error', () => {});
  child.stdin.end(typed);
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [[exitCode], out, told] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { exitCode, out, told };
}
