import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { assertUsed } from '#db/connect.ts';
import { emailSchema, newPasswordSchema } from '#server/account-schema.ts';
import { readConfig, type Config } from '#server/config.ts';
import { assertWayOpen } from '#server/core/access/ways.ts';
import { createAdmin, inviteByOperator, recoverPassword } from '#server/people/offboarding/recover-access.ts';
import { userNameSchema } from '#server/people/users/schema.ts';
import { createRuntime } from '#server/runtime.ts';
import { Secret } from '#server/secret.ts';
import {
  openAddresses,
  quietly,
  readingArguments,
  runOperatorCommand,
  say,
  UsageError,
} from './operator-command.ts';

const help = `Usage: npm run admin -- <command> --email <address> [--name <name>] [--link]

  create-admin     adds an admin
  reset-password   gives somebody a new password, and signs them out everywhere
  invite           prints a link by which a person signs in with OpenID Connect or by e-mail, and which
                   links that to their account: for when passwords are off (KEYWARD_PASSWORDS)

The password is asked for, or read from standard input. With --link there is none: a link is printed
instead, good once and for 24 hours, by which the person chooses one. Where passwords are off, create-admin
prints an invite link. It works on the database itself, whether the server runs or not.
Exit codes: 0 done, 1 refused or failed, 2 wrongly called.
`;

const commands = ['create-admin', 'reset-password', 'invite'] as const;

interface Order {
  command: (typeof commands)[number];
  email: string;
  name: string;
  link: boolean;
}

function readOrder(args: string[]): Order {
  const options = { email: { type: 'string' }, name: { type: 'string' }, link: { type: 'boolean' } } as const;
  const { values, positionals } = readingArguments(() =>
    parseArgs({ args, options, allowPositionals: true }),
  );
  const [named, ...rest] = positionals;
  const command = commands.find((known) => known === named);
  if (!command || rest.length > 0) throw new UsageError('Say create-admin, reset-password or invite.');
  const email = emailSchema.safeParse(values.email ?? '');
  if (!email.success) throw new UsageError(`--email: ${email.error.issues[0]?.message}`);
  const name = userNameSchema.safeParse(values.name ?? email.data.split('@')[0]);
  if (!name.success) throw new UsageError(`--name: ${name.error.issues[0]?.message}`);
  return { command, email: email.data, name: name.data, link: values.link ?? false };
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
  if (order.command === 'reset-password') assertWayOpen(config, 'password');
  const asksPassword = config.ways.password && !order.link && order.command !== 'invite';
  const password = asksPassword ? await readPassword() : null;
  await using opened = new AsyncDisposableStack();
  const addresses = await openAddresses(config, opened);
  if (order.command !== 'create-admin') await assertUsed(addresses.owner);
  const runtime = await createRuntime(quietly(config), { addresses, isOperator: true });
  opened.defer(() => runtime.close());
  if (order.command === 'invite') return await inviteByOperator(runtime, order.email);
  const recovery = { ...order, password };
  return order.command === 'create-admin'
    ? await createAdmin(runtime, recovery)
    : await recoverPassword(runtime, recovery);
}

const outcomes: Record<Order['command'], string> = {
  'create-admin': 'is an admin now',
  'reset-password': 'has been reset',
  invite: 'is invited',
};

await runOperatorCommand(help, async (args) => {
  const order = readOrder(args);
  const config = readConfig();
  const link = await carryOut(order, config);
  const choosing = ' By this link they choose their password:';
  const signingIn = ' By this link they sign in:';
  const isInvite = order.command === 'invite' || !config.ways.password;
  say(`${order.email} ${outcomes[order.command]}.${link ? (isInvite ? signingIn : choosing) : ''}`);
  if (link) process.stdout.write(`${link}\n`);
  // Only the server knows at which port it was started.
  if (link && !config.urlIsGiven)
    say(
      `It begins as this shell's PORT says (${config.port}). Where the server has another, change that in the link, ` +
        'or set KEYWARD_URL to the address that people open.',
    );
});
