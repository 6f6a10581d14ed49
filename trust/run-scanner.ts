import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Options as a program takes them: `true` for one that stands alone, a list for one that is given several times. */
type Options = Record<string, string | true | readonly string[]>;

function argumentsOf(options: Options): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === true) return [name];
    return [value].flat().flatMap((one) => [name, one]);
  });
}

/** Runs a program of this machine for so long at most, in a folder as its home. Returns what it printed. */
export async function runScanner(
  program: string,
  options: Options,
  { home, seconds }: { home: string; seconds: number },
): Promise<string> {
  const child = spawn(program, argumentsOf(options), {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: seconds * 1_000,
    env: { NODE_ENV: 'test', PATH: process.env['PATH'], HOME: home, NO_PROXY: '127.0.0.1', LANG: 'C.UTF-8' },
  });
  const [printed, complained] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return printed + complained;
}
