import { Option, type Command } from 'commander';
import { assertPermissions, choiceOf, tokenStatuses } from '#cli/choices.ts';
import { listAll } from '#cli/client/api.ts';
import { CliError } from '#cli/client/errors.ts';
import { withSession } from '#cli/client/password-session.ts';
import { findKey } from '#cli/client/token-reference.ts';
import { addExamples } from '#cli/command-help.ts';
import { openContext, type Context } from '#cli/context.ts';
import { collect, readGrace, readResources, readTtl, type Ttl } from '#cli/options.ts';
import { assertByPassword, inSession, type SessionOptions } from '#cli/session-options.ts';
import { confirmOr } from '#cli/terminal/prompts.ts';
import { clean } from '#cli/terminal/text.ts';
import { validity } from '#cli/terminal/times.ts';
import { handOver, showKey, showKeys } from '#cli/token-view.ts';
import type {
  CreatedKeyView,
  KeyPageView,
  KeyView,
  RotatedKeyView,
} from '#server/credentials/api-keys/schema.ts';

interface CreateOptions extends SessionOptions {
  raw?: boolean;
  name: string;
  ttl: Ttl;
  permission: string[];
  reach?: string[];
  from?: string[];
}

interface RotateOptions extends SessionOptions {
  grace: number;
  raw?: boolean;
}

interface ListOptions {
  status?: string;
  search?: string;
  resource?: string;
}

interface EndOptions {
  reason?: string;
  yes?: boolean;
}

const references = 'its id, its prefix (kw_key_…) or its name';
const day = 86_400_000;

export function addKey(program: Command): void {
  const key = program
    .command('key')
    .description('API keys: for services, of the tenant rather than of a person');
  addList(key);
  key
    .command('show')
    .description('Show a key, and what it reaches')
    .argument('<key>', references)
    .action((reference: string, _, command: Command) => show(openContext(command), reference));
  addCreate(key);
  addRotate(key);
  addSwitch(key, 'disable', 'Switch a key off');
  addSwitch(key, 'enable', 'Switch a key on again');
  key
    .command('revoke')
    .description('Revoke a key, for good')
    .argument('<key>', references)
    .option('--reason <text>', 'why, for the audit log')
    .option('-y, --yes', 'do not ask')
    .action((reference: string, options: EndOptions, command: Command) =>
      revoke(openContext(command), reference, options),
    );
}

function addList(key: Command): void {
  const command = key
    .command('list')
    .description('List the API keys')
    .addOption(choiceOf('--status <status>', 'only these', tokenStatuses))
    .option('--search <text>', 'part of a name, or the start of a prefix')
    .option('--resource <type:id>', 'only those that reach this')
    .action((options: ListOptions, command: Command) => list(openContext(command), options));
  addExamples(command, [['keyward key list --resource flow:nightly-report', 'what reaches a flow']]);
}

function addCreate(key: Command): void {
  const command = inSession(key.command('create').description('Make a key: it is shown once'))
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--permission <name>', 'what it may do; say it again for more', collect)
    .option('--reach <type:id>', 'what it may reach, or type:* for all; say it again for more', collect)
    .option('--from <address>', 'addresses or ranges it may be used from (default: any)', collect)
    .addOption(
      new Option('--ttl <time>', 'how long it works: any number of days up to 3650d, or never')
        .argParser(readTtl)
        .default(90, '90d'),
    )
    .option('--raw', 'print the key and nothing else')
    .action((options: CreateOptions, command: Command) => create(openContext(command), options));
  addExamples(command, [
    [
      'keyward key create --name billing --permission llm:call --reach llm_model:openai/* --password --email you@example.com',
      'for one service',
    ],
  ]);
}

function addRotate(key: Command): void {
  inSession(
    key.command('rotate').description('Give a key a new secret; the old one goes on working for a while'),
  )
    .argument('<key>', references)
    .addOption(
      new Option('--grace <time>', 'how long the old one works: 0, 15m, 1h, 24h or 7d')
        .argParser(readGrace)
        .default(3_600, '1h'),
    )
    .option('--raw', 'print the new key and nothing else')
    .action((reference: string, options: RotateOptions, command: Command) =>
      rotate(openContext(command), reference, options),
    );
}

function addSwitch(key: Command, action: 'disable' | 'enable', description: string): void {
  const command = key.command(action).description(description).argument('<key>', references);
  if (action === 'enable') inSession(command);
  else command.option('-y, --yes', 'do not ask');
  command.action((reference: string, options: SessionOptions & EndOptions, command: Command) =>
    action === 'enable'
      ? enable(openContext(command), reference, options)
      : disable(openContext(command), reference, options),
  );
}

async function list(context: Context, filter: ListOptions): Promise<void> {
  const { out } = context;
  const page = await listAll<KeyPageView>(context.api(), 'GET /api/v1/api-keys', { ...filter, limit: 200 });
  if (out.json) return out.printJson(page);
  if (page.items.length > 0) return showKeys(out, page.items);
  out.note(Object.keys(filter).length > 0 ? 'No key is like that.' : 'There are no API keys yet.');
}

async function show(context: Context, reference: string): Promise<void> {
  const key = await findKey(context.api(), reference, context.out);
  if (context.out.json) context.out.printJson(key);
  else showKey(context.out, key);
}

async function create(context: Context, options: CreateOptions): Promise<void> {
  const { name, ttl, permission, reach = [], from: ipAllowlist = [] } = options;
  const permissions = assertPermissions(permission);
  const expiresAt = ttl === 'never' ? null : new Date(Date.now() + ttl * day).toISOString();
  const body = { name, permissions, resources: readResources(reach), ipAllowlist, expiresAt };
  assertByPassword(context, options, byPerson('made'));
  const made = await withSession(context, options.email, (session) =>
    session.send<CreatedKeyView>('POST /api/v1/api-keys', { body }),
  );
  if (options.raw) return context.out.print(clean(made.token));
  if (context.out.json) return context.out.printJson(made);
  const end = validity(made.credential, Date.now());
  handOver(context.out, made.token, `Key "${clean(name)}" made, ${end}`);
}

async function rotate(context: Context, reference: string, options: RotateOptions): Promise<void> {
  const { out } = context;
  assertByPassword(context, options, byPerson('rotated'));
  const rotated = await withSession(context, options.email, async (session) => {
    const { id } = await findKey(session, reference, out);
    const body = { graceSeconds: options.grace };
    return await session.send<RotatedKeyView>(`POST /api/v1/api-keys/${id}/rotate`, { body });
  });
  const { token, credential } = rotated;
  if (token === null) throw new CliError('refused', 'It was rotated before.');
  if (options.raw) return out.print(clean(token));
  if (out.json) return out.printJson(rotated);
  const end = credential.rotation?.graceEndsAt;
  const old = end ? `The old one works until ${new Date(end).toLocaleString()}` : 'The old one has stopped';
  handOver(out, token, `Key "${clean(credential.name)}" rotated. ${old}`);
}

async function disable(context: Context, reference: string, { yes }: EndOptions): Promise<void> {
  const api = context.api();
  const key = await findKey(api, reference, context.out);
  const message = `Switch off ${named(key)}? What uses it is refused at once.`;
  await confirmOr(yes, { message, undo: 'keyward key enable' });
  const changed = await api.send<KeyView>(`POST /api/v1/api-keys/${key.id}/disable`);
  if (context.out.json) context.out.printJson(changed);
  context.out.done(`Switched off ${named(key)}`);
}

async function enable(context: Context, reference: string, options: SessionOptions): Promise<void> {
  assertByPassword(context, options, byPerson('switched on'));
  const changed = await withSession(context, options.email, async (session) => {
    const { id } = await findKey(session, reference, context.out);
    return await session.send<KeyView>(`POST /api/v1/api-keys/${id}/enable`);
  });
  if (context.out.json) context.out.printJson(changed);
  context.out.done(`Switched on ${named(changed)}`);
}

async function revoke(context: Context, reference: string, { reason, yes }: EndOptions): Promise<void> {
  const api = context.api();
  const key = await findKey(api, reference, context.out);
  if (key.status === 'revoked') context.out.done(`${named(key)} was revoked before`);
  else {
    await confirmOr(yes, { message: `Revoke ${named(key)}? What uses it stops working, for good.` });
    await api.send(`DELETE /api/v1/api-keys/${key.id}`, { body: { reason } });
    context.out.done(`Revoked ${named(key)}`);
  }
  if (context.out.json) context.out.printJson({ id: key.id, name: key.name, status: 'revoked' });
}

const byPerson = (done: string) => ({ done: `A key is ${done}`, page: '/admin/keys' });

const named = ({ name, prefix }: Pick<KeyView, 'name' | 'prefix'>) => `"${clean(name)}" (${clean(prefix)}…)`;
