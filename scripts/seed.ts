import { startEmbedded } from '#db/embedded/embedded.ts';
import { EmbeddedPostgresError } from '#db/embedded/error.ts';
import { describeError, UnusableDatabaseError } from '#db/errors.ts';
import { ConfigError, readConfig, type Config } from '#server/config.ts';
import { openAddresses, quietly, say } from '#server/doors/operator/operator-command.ts';
import { createRuntime } from '#server/runtime.ts';
import { assertOnlyHere, SeedRefusal } from './seed/assert-only-here.ts';
import { fillDatabase, whatIsThere, type Seeded } from './seed/fill.ts';
import { reportSeed } from './seed/report.ts';

async function seed(config: Config): Promise<Seeded | 'there already'> {
  assertOnlyHere(config);
  await using opened = new AsyncDisposableStack();
  const runtime = await createRuntime(quietly(config), {
    addresses: await openAddresses(config, opened, startEmbedded),
    isOperator: true,
  });
  opened.defer(() => runtime.close());
  const there = await whatIsThere(runtime);
  if (there === 'people')
    throw new SeedRefusal(
      'This database has people of its own. The seed is for an empty one. Nothing was changed. To have it beside yours: ' +
        'KEYWARD_DATA=./demo npm run seed && KEYWARD_DATA=./demo npm start',
    );
  return there === 'seed' ? 'there already' : await fillDatabase(runtime);
}

const plain = [ConfigError, EmbeddedPostgresError, UnusableDatabaseError, SeedRefusal];

try {
  const started = performance.now();
  const seeded = await seed(readConfig());
  process.stdout.write(`${reportSeed(seeded, (performance.now() - started) / 1_000)}\n`);
} catch (error) {
  const isPlain = plain.some((kind) => error instanceof kind);
  say(isPlain ? (error as Error).message : describeError(error).message);
  process.exitCode = 1;
}
