import { existsSync } from 'node:fs';
import { findProgram } from '#server/testing/program.ts';
import { runQuietly, say } from './workplace.mjs';

/** What the tests run beside Keyward. */
export const testPrograms = ['nginx', 'caddy', 'pgbouncer', 'redis-server'];

/** The Debian packages that are not named as their program is. */
const packages: Record<string, string> = { nginx: 'nginx-light' };

/** Installs what is not there where that can be done; otherwise says what is not tested for want of it. */
export async function installPrograms(names: readonly string[]): Promise<void> {
  const absent = () => names.filter((name) => !findProgram(name));
  if (absent().length === 0) return;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say(`Installing ${absent().join(', ')} with apt-get, for the tests …`);
    await install(absent()).catch((error: unknown) => say(String(error)));
  }
  if (absent().length > 0)
    say(`NOT TESTED HERE: what needs ${absent().join(', ')}. Install it to have that tested too.`);
}

async function install(names: string[]): Promise<void> {
  // In runlevel 1 nothing that was installed starts as a service, on a port that may be somebody's.
  const environment = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  await runQuietly('apt-get', ['update']);
  const flags = ['install', '--yes', '--no-install-recommends'];
  await runQuietly('apt-get', [...flags, ...names.map((name) => packages[name] ?? name)], environment);
}
