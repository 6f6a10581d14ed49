import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCli } from '#scripts/build-cli.mjs';

/** The command line as `npm run build` makes it, in a folder of its own. */
export async function builtCli(): Promise<{ folder: string } & AsyncDisposable> {
  const parent = await mkdtemp(join(tmpdir(), 'keyward-cli-'));
  const folder = join(parent, 'out-cli');
  await buildCli(folder);
  return { folder, [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }) };
}
