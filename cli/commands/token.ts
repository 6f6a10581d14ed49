import { Option, type Command } from 'commander';
import { assertPermissions, choiceOf, tokenStatuses } from '#cli/choices.ts';
import { listAll } from '#cli/client/api.ts';
import { CliError, usage } from '#cli/client/errors.ts';
import { makeToken, withSession } from '#cli/client/password-session.ts';
import { grantByDevice, noPerson } from '#cli/client/sign-in.ts';
import { findOwnToken } from '#cli/client/token-reference.ts';
import { addExamples } from '#cli/command-help.ts';
import { openContext, type Context } from '#cli/context.ts';
import { collect, readGrace, readTtl, type Ttl } from '#cli/options.ts';
import { confirmOr, isInteractive } from '#cli/terminal/prompts.ts';
import { clean } from '#cli/terminal/text.ts';
import { validity } from '#cli/terminal/times.ts';
import { handOver, showToken, showTokens } from '#cli/token-view.ts';
import type { Permission } from '#server/core/access/schema.ts';
import type { RotatedTokenView, TokenPageView, TokenView } from '#server/credentials/tokens/schema.ts';

interface CreateOptions {
  name: string;
  ttl: Ttl;
  permission?: string[];
  raw?: boolean;
  password?: boolean;
  email?: string;
  browser: boolean;
  wait?: boolean;
}

interface ListOptions {
  status?: string;
  search?: string;
}

interface RotateOptions {
  grace: number;
  raw?: boolean;
  password?: boolean;
  email?: string;
}

interface RevokeOptions {
  reason?: string;
  yes?: boolean;
}

const references = 'its id, its prefix (kw_pat_…) or its name';

export function addToken(program: Command): void {
  const token = program.command('token').description('Your own tokens');
  addCreate(token);
  addList(token);
  token
    .command('show')
    .description('Show one of your tokens')
    .argument('<token>', references)
    .action((reference: string, _, command: Command) => show(openContext(command), reference));
  addRotate(token);
  token
    .command('revoke')
    .description('Revoke one of your tokens, for good')
    .argument('<token>', references)
    .option('--reason <text>', 'why, for the audit log')
    .option('-y, --yes', 'do not ask')
    .action((reference: string, options: RevokeOptions, command: Command) =>
      revoke(openContext(command), reference, options),
    );
}

function addCreate(token: Command): void {
  const command = token
    .command('create')
    .description('Make a token: you confirm it in a browser, and it is shown once')
    .requiredOption('--name <name>', 'what it is for')
    .addOption(
      new Option('--ttl <time>', 'how long it works: any number of days up to 3650d, or never')
        .argParser(readTtl)
        .default(90, '90d'),
    )
    .option(
      '--permission <name>',
      'what it may do; say it again for more (default: all that you may)',
      collect,
    )
    .option('--raw', 'print the token and nothing else')
    .option('--password', 'by e-mail and password instead of a browser')
    .option('--email <address>', 'with --password: whose')
    .option('--no-browser', 'do not open a browser, print the address only')
    .option('--wait', 'also without a terminal: wait ten minutes for someone to confirm')
    .action((options: CreateOptions, command: Command) => create(openContext(command), options));
  addExamples(command, [
    ['keyward token create --name ci --ttl 30d', 'for a month'],
    [
      'keyward token create --name ci --permission tokens:read --raw | gh secret set KEYWARD_TOKEN',
      'never on a screen',
    ],
  ]);
}

function addList(token: Command): void {
  const command = token
    .command('list')
    .description('List your tokens')
    .addOption(choiceOf('--status <status>', 'only these', tokenStatuses))
    .option('--search <text>', 'part of a name, or the start of a prefix')
    .action((options: ListOptions, command: Command) => list(openContext(command), options));
  addExamples(command, [
    ['keyward token list --status expiring', 'what ends within a week'],
    ["keyward token list --json | jq -r '.items[].name'", 'for a script'],
  ]);
}

function addRotate(token: Command): void {
  const command = token
    .command('rotate')
    .description('Give a token a new secret; the old one goes on working for a while')
    .argument('<token>', references)
    .addOption(
      new Option('--grace <time>', 'how long the old one works: 0, 15m, 1h, 24h or 7d')
        .argParser(readGrace)
        .default(3_600, '1h'),
    )
    .option('--raw', 'print the new token and nothing else')
    .option('--password', 'by e-mail and password, without a browser')
    .option('--email <address>', 'with --password: whose')
    .action((reference: string, options: RotateOptions, command: Command) =>
      rotate(openContext(command), reference, options),
    );
  addExamples(command, [
    ['keyward token rotate ci', 'where to do it in a browser'],
    ['keyward token rotate ci --password --grace 24h --raw | gh secret set KEYWARD_TOKEN', 'right here'],
  ]);
}

async function create(context: Context, options: CreateOptions): Promise<void> {
  if (!options.name.trim()) throw usage('A token needs a name.');
  const permissions = assertPermissions(options.permission);
  const make = options.password ? createByPassword : createByDevice;
  const made = await make(context, options, permissions);
  const { token, credential } = made;
  if (options.raw) return context.out.print(clean(token));
  if (context.out.json) return context.out.printJson(made);
  handOver(context.out, token, `Token "${clean(credential.name)}" made, ${validity(credential, Date.now())}`);
}

/** The server is not asked about it by the token itself: it would count as used. */
interface MadeToken {
  token: string;
  credential: Pick<TokenView, 'name' | 'expiresAt'>;
}

async function createByPassword(
  context: Context,
  { name, ttl, email }: CreateOptions,
  permissions: Permission[] | undefined,
): Promise<MadeToken> {
  const expiresInDays = ttl === 'never' ? null : ttl;
  const input = { name, expiresInDays, ...(permissions && { permissions }) };
  return await withSession(context, email, (session) => makeToken(session, input));
}

async function createByDevice(
  context: Context,
  { name, ttl, browser, wait }: CreateOptions,
  permissions: Permission[] | undefined,
): Promise<MadeToken> {
  if (!wait && !isInteractive()) throw noPerson('make a token');
  const request = { tokenName: name, tokenDays: String(ttl), permissions };
  const granted = await grantByDevice(context, request, browser);
  const { expires_in: left, scope } = granted;
  const credential = {
    id: granted.credential_id,
    name: granted.credential_name ?? name,
    permissions: scope?.split(' '),
    expiresAt: left === undefined ? null : new Date(Date.now() + left * 1_000).toISOString(),
  };
  return { token: granted.access_token, credential };
}

async function list(context: Context, { status, search }: ListOptions): Promise<void> {
  const page = await listAll<TokenPageView>(context.api(), 'GET /api/v1/tokens', {
    status,
    search,
    limit: 200,
  });
  if (context.out.json) return context.out.printJson(page);
  if (page.items.length > 0)
    return showTokens(context.out, page.items, context.access().profile?.credentialId);
  const isFiltered = status !== undefined || search !== undefined;
  context.out.note(
    isFiltered
      ? 'No token of yours is like that.'
      : 'You have no tokens. Make one: keyward token create --name laptop',
  );
}

async function show(context: Context, reference: string): Promise<void> {
  const token = await findOwnToken(context.api(), reference, context.out);
  if (context.out.json) context.out.printJson(token);
  else showToken(context.out, token);
}

/** A bearer may not rotate: what is stolen must not renew itself. So it takes a person, in a browser or by password. */
async function rotate(context: Context, reference: string, options: RotateOptions): Promise<void> {
  const { out } = context;
  if (!options.password) {
    const { id, name } = assertAlive(await findOwnToken(context.api(), reference, out));
    throw new CliError(
      'refused',
      `A token cannot rotate a token: "${clean(name)}" is rotated by a signed-in person.`,
      {
        hint: `In a browser: ${context.server()}/tokens?token=${id} – or here: keyward token rotate ${id} --password`,
      },
    );
  }
  const rotated = await withSession(context, options.email, async (session) => {
    const { id } = assertAlive(await findOwnToken(session, reference, out));
    const body = { graceSeconds: options.grace };
    return await session.send<RotatedTokenView>(`POST /api/v1/tokens/${id}/rotate`, { body });
  });
  const { token, credential } = rotated;
  if (token === null) throw new CliError('refused', 'It was rotated before.');
  if (options.raw) return out.print(clean(token));
  if (out.json) return out.printJson(rotated);
  const graceEnd = credential.rotation?.graceEndsAt;
  const old = graceEnd
    ? `The old one works until ${new Date(graceEnd).toLocaleString()}`
    : 'The old one has stopped';
  handOver(context.out, token, `Token "${clean(credential.name)}" rotated. ${old}`);
}

function assertAlive(token: TokenView): TokenView {
  if (token.status !== 'revoked') return token;
  throw new CliError(
    'refused',
    `"${clean(token.name)}" (${token.prefix}…) is revoked: nothing brings it back.`,
    {
      hint: 'Make a new one: keyward token create',
    },
  );
}

async function revoke(context: Context, reference: string, { reason, yes }: RevokeOptions): Promise<void> {
  const api = context.api();
  const token = await findOwnToken(api, reference, context.out);
  const named = `"${clean(token.name)}" (${token.prefix}…)`;
  if (token.status === 'revoked') context.out.done(`${named} was revoked before`);
  else {
    if (isInteractive())
      await confirmOr(yes, { message: `Revoke ${named}? What uses it stops working, for good.` });
    await api.send(`DELETE /api/v1/tokens/${token.id}`, { body: { reason } });
    context.out.done(`Revoked ${named}`);
  }
  if (context.out.json) context.out.printJson({ id: token.id, name: token.name, status: 'revoked' });
}
