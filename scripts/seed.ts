import { startEmbedded } from '#db/embedded/embedded.ts';
import { EmbeddedPostgresError } from '#db/embedded/error.ts';
import { describeError, UnusableDatabaseError } from '#db/errors.ts';
import { ConfigError, readConfig, type Config } from '#server/config.ts';
import { openAddresses, quietly, say } from '#server/doors/operator/operator-command.ts';
import { createRuntime } from '#server/runtime.ts';
import { fillDatabase, seedPassword, whatIsThere, type Seeded, testCredentials } from './seed/fill.ts';
import { testKey } from './seed/keys.ts';

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/;

/** Why the database is left alone. */
class SeedRefusal extends Error {}

/** What everyone who has read this repository could sign in with is for this machine only. */
function assertOnlyHere({ host, url }: Config): void {
  if (loopback.test(host) && loopback.test(url.hostname)) return;
  throw new SeedRefusal(
    'The seed has passwords and tokens that everybody knows, and HOST or KEYWARD_URL opens this Keyward to others. Nothing was changed.',
  );
}

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
      'This database has people of its own. The seed is for an empty one. Nothing was changed.',
    );
  return there === 'seed' ? 'there already' : await fillDatabase(runtime);
}

function report(seeded: Seeded | 'there already', seconds: number): string {
  const done =
    seeded === 'there already'
      ? 'The seed is in this database already. Nothing was changed.'
      : `Made ${seeded.people} people in 3 tenants, ${seeded.tokens} tokens, ${seeded.keys} API keys, a month of use and ${seeded.events} audit events in ${seconds.toFixed(1)} s.`;
  const lines = testCredentials.map(
    ({ role, email, token }) => `  ${role.padEnd(8)} ${email.padEnd(20)} ${token.reveal()}`,
  );
  lines.push(`  ${'key'.padEnd(8)} ${testKey.name.padEnd(20)} ${testKey.key.reveal()}`);
  return [done, '', `Everyone's password is "${seedPassword}". To try things with:`, '', ...lines, ''].join(
    '\n',
  );
}

const plain = [ConfigError, EmbeddedPostgresError, UnusableDatabaseError, SeedRefusal];

try {
  const started = performance.now();
  const seeded = await seed(readConfig());
  process.stdout.write(`${report(seeded, (performance.now() - started) / 1_000)}\n`);
} catch (error) {
  const isPlain = plain.some((kind) => error instanceof kind);
  say(isPlain ? (error as Error).message : describeError(error).message);
  process.exitCode = 1;
}
