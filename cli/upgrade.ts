import { spawn } from 'node:child_process';
import { accessSync, constants, realpathSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { childEnvironment } from './terminal/browser.ts';

export const packageName = '@keyward/cli';

/** How this program came here, and so how a newer one does. */
export type Installation =
  | { kind: 'npm'; prefix: string; isWritable: boolean }
  | { kind: 'npx' }
  | { kind: 'file'; file: string };

export function findInstallation(): Installation {
  const file = realpathSync(process.argv[1] ?? '');
  const [folder = '', rest] = file.split(
    `${path.sep}node_modules${path.sep}${packageName.replace('/', path.sep)}${path.sep}`,
  );
  if (rest === undefined) return { kind: 'file', file };
  if (folder.includes(`${path.sep}_npx${path.sep}`)) return { kind: 'npx' };
  const prefix = process.platform === 'win32' ? folder : folder.replace(/\/lib$/, '');
  return { kind: 'npm', prefix, isWritable: isWritable(path.join(folder, 'node_modules')) };
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** What npm is called with: the registry is that of the server, and for this package only. */
export function npmArguments(server: string, version: string, prefix?: string): string[] {
  return [
    'install',
    '--global',
    ...(prefix === undefined ? [] : ['--prefix', prefix]),
    `--@keyward:registry=${server}/npm/`,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    `${packageName}@${version}`,
  ];
}

export interface Finished {
  /** Null: there is no such program. */
  code: number | null;
  said: string;
}

/** Runs a program to its end; what it prints on either stream is returned. */
export async function runProgram(program: string, args: string[]): Promise<Finished> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: childEnvironment() });
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null));
    child.on('close', resolve);
  });
  const [code, said, complaint] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, said: (said + complaint).trim() };
}
