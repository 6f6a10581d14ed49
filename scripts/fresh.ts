import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { startEmbedded } from '#db/embedded/embedded.ts';
import { describeError } from '#db/errors.ts';
import { givenAddresses, readConfig, type Config } from '#server/config.ts';
import { quietly, say } from '#server/doors/operator/operator-command.ts';
import { createRuntime } from '#server/runtime.ts';
import { assertOnlyHere, SeedRefusal } from './seed/assert-only-here.ts';
import { findFaults } from './seed/check.ts';
import { fillDatabase, type Seeded, whatIsThere } from './seed/fill.ts';
import { reportSeed } from './seed/report.ts';
import { findNode, root, runAttached } from './workplace.mjs';

/** Erases the built-in database of this machine and fills it anew. `--test`: then runs the tests. */
async function renew(config: Config): Promise<Seeded> {
  assertOnlyHere(config);
  if (givenAddresses(config))
    throw new SeedRefusal('This erases the built-in database only, and DATABASE_URL names another.');
  const { dataFolder } = config;
  // What is there is a Keyward's, or nothing of ours to erase.
  if (existsSync(dataFolder) && existsSync(path.join(dataFolder, 'postgres'))) {
    await assertNobodyIsThere(config);
    await rm(dataFolder, { recursive: true });
  }
  return withDatabase(config, async (runtime, owner) => {
    const seeded = await fillDatabase(runtime);
    const faults = await findFaults(runtime, owner);
    if (faults.length > 0)
      throw new SeedRefusal(`It was filled, and is not as it should be:\n${faults.join('\n')}`);
    return seeded;
  });
}

async function assertNobodyIsThere(config: Config): Promise<void> {
  const there = await withDatabase(config, (runtime) => whatIsThere(runtime));
  if (there === 'people')
    throw new SeedRefusal('This database has people of its own, so it is not erased. Nothing was changed.');
}

type Runtime = Awaited<ReturnType<typeof createRuntime>>;

/** PostgreSQL is stopped again, also where it ran before. */
async function withDatabase<T>(
  config: Config,
  work: (runtime: Runtime, owner: pg.Client) => Promise<T>,
): Promise<T> {
  await using opened = new AsyncDisposableStack();
  const embedded = await startEmbedded({ dataFolder: config.dataFolder, say });
  opened.defer(() => embedded.stop());
  const runtime = await createRuntime(quietly(config), {
    addresses: { owner: embedded.address },
    isOperator: true,
  });
  opened.defer(() => runtime.close());
  const owner = new pg.Client(embedded.address);
  await owner.connect();
  opened.defer(() => owner.end());
  return await work(runtime, owner);
}

try {
  const started = performance.now();
  const seeded = await renew(readConfig());
  process.stdout.write(`${reportSeed(seeded, (performance.now() - started) / 1_000)}\n`);
  say('Schema, constraints, counts and every known credential were checked.');
  if (process.argv.includes('--test'))
    process.exitCode = await runAttached(findNode(), [path.join(root, 'scripts/test.mjs')]);
} catch (error) {
  say(error instanceof SeedRefusal ? error.message : describeError(error).message);
  process.exitCode = 1;
}
