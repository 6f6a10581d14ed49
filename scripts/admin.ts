import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { EmbeddedPostgresError } from '#db/embedded-error.ts';
import { joinEmbedded } from '#db/embedded.ts';
import { describeError } from '#db/errors.ts';
import { MigrationError } from '#db/migrate.ts';
import { ConfigError, readConfig, type Config } from '#server/config.ts';
import { Secret } from '#server/credentials/secret.ts';
import { AppError } from '#server/errors.ts';
import { createRuntime } from '#server/runtime.ts';
import { createAdmin, recoverPassword } from '#server/users/recover-access.ts';
import { emailSchema, newPasswordSchema, userNameSchema } from '#server/users/schema.ts';

const help = `Usage: npm run admin -- <command> --email <address> [--name <name>] [--link]

  create-admin     adds an admin
  reset-password   gives somebody a new password, and signs them out everywhere

The password is asked for, or read from standard input. With --link there is none: a link is printed
instead, good once and for 24 hours, by which the person chooses one. It works on the database itself,
whether the server runs or not. Exit codes: 0 done, 1 refused or failed, 2 wrongly called.
`;

/** Called in a way that means nothing. */
class UsageError extends Error {}

interface Order {
  command: 'create-admin' | 'reset-password';
  email: string;
  name: string;
  link: boolean;
}

const say = (line: string) => void process.stderr.write(`${line}\n`);

function readOrder(args: string[]): Order {
  const options = { email: { type: 'string' }, name: { type: 'string' }, link: { type: 'boolean' } } as const;
  const { values, positionals } = parse(() => parseArgs({ args, options, allowPositionals: true }));
  const [command, ...rest] = positionals;
  if ((command !== 'create-admin' && command !== 'reset-password') || rest.length > 0)
    throw new UsageError('Say create-admin or reset-password.');
  const email = emailSchema.safeParse(values.email ?? '');
  if (!email.success) throw new UsageError(`--email: ${email.error.issues[0]?.message}`);
  const name = userNameSchema.safeParse(values.name ?? email.data.split('@')[0]);
  if (!name.success) throw new UsageError(`--name: ${name.error.issues[0]?.message}`);
  return { command, email: email.data, name: name.data, link: values.link ?? false };
}

function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0]);
  }
}

async function readPassword(): Promise<Secret> {
  const silent = new Writable({ write: (_, __, done) => done() });
  const { stdin } = process;
  if (stdin.isTTY) process.stderr.write('New password: ');
  const lines = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY });
  const { value = '' } = await lines[Symbol.asyncIterator]().next();
  lines.close();
  if (stdin.isTTY) say('');
  const password = newPasswordSchema.safeParse(value);
  if (!password.success) throw new UsageError(`The password: ${password.error.issues[0]?.message}`);
  return new Secret(password.data);
}

async function carryOut(order: Order, config: Config): Promise<string | null> {
  const password = order.link ? null : await readPassword();
  await using opened = new AsyncDisposableStack();
  const address = config.databaseUrl?.reveal() ?? (await openOwn(config, opened));
  const runtime = await createRuntime({ ...config, logLevel: 'warn' }, { address });
  opened.defer(() => runtime.close());
  const recovery = { ...order, password };
  return order.command === 'create-admin'
    ? await createAdmin(runtime, recovery)
    : await recoverPassword(runtime, recovery);
}

async function openOwn({ dataFolder }: Config, opened: AsyncDisposableStack) {
  const embedded = await joinEmbedded({ dataFolder, say });
  opened.defer(() => embedded.stop());
  return embedded.address;
}

const plain = [ConfigError, EmbeddedPostgresError, MigrationError, AppError];

try {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    process.stdout.write(help);
  } else {
    const order = readOrder(args);
    const link = await carryOut(order, readConfig());
    const done = order.command === 'create-admin' ? 'is an admin now' : 'has been reset';
    say(`${order.email} ${done}.${link ? ' By this link they choose their password:' : ''}`);
    if (link) process.stdout.write(`${link}\n`);
  }
} catch (error) {
  if (error instanceof UsageError) {
    say(`${error.message}\n\n${help}`);
    process.exitCode = 2;
  } else {
    const isPlain = plain.some((kind) => error instanceof kind);
    say(isPlain ? (error as Error).message : describeError(error).message);
    process.exitCode = 1;
  }
}
