import { Argument, type Command } from 'commander';
import { choiceOf, roles, userStatuses } from '#cli/choices.ts';
import { listAll } from '#cli/client/api.ts';
import { isLoopback } from '#cli/client/server-address.ts';
import { resolveUser, showUsers, statusOf } from '#cli/client/user-reference.ts';
import { addExamples } from '#cli/command-help.ts';
import { openContext, type Context } from '#cli/context.ts';
import { readLimit } from '#cli/options.ts';
import { confirmOr, readSecret } from '#cli/terminal/prompts.ts';
import { clean, plural } from '#cli/terminal/text.ts';
import { ago, momentOf } from '#cli/terminal/times.ts';
import type {
  CreatedUserView,
  DeactivatedUserView,
  HoldingsView,
  ResetLinkView,
  UserDetailView,
  UserPageView,
  UserView,
} from '#server/people/users/schema.ts';

interface ListOptions {
  search?: string;
  role?: string;
  status?: string;
  limit: number;
}

interface CreateOptions {
  email: string;
  name: string;
  role: string;
  withPassword?: boolean;
}

interface RoleOptions {
  narrowTokens?: boolean;
}

interface DecisionOptions {
  reason?: string;
  yes?: boolean;
}

const who = 'their e-mail address, id or name';

export function addAdminUser(admin: Command): void {
  const user = admin.command('user').description('People: who has access, and as what');
  addList(user);
  user
    .command('show')
    .description('Show a person, and what they get in with')
    .argument('<user>', who)
    .action((reference: string, _, command: Command) => show(openContext(command), reference));
  addCreate(user);
  addChanges(user);
  addEndings(user);
}

function addList(user: Command): void {
  user
    .command('list')
    .description('List people')
    .option('--search <text>', 'part of a name or an e-mail address')
    .addOption(choiceOf('--role <role>', 'which', roles))
    .addOption(choiceOf('--status <status>', 'which', userStatuses))
    .option('--limit <number>', 'how many at most', readLimit, 1_000)
    .action((options: ListOptions, command: Command) => list(openContext(command), options));
}

function addCreate(user: Command): void {
  const command = user
    .command('create')
    .description('Add a person: prints a link by which they join')
    .requiredOption('--email <address>', 'their e-mail address')
    .requiredOption('--name <name>', 'what they are called')
    .addOption(choiceOf('--role <role>', 'what they may do', roles).default('member'))
    .option('--with-password', 'set a first password instead, read from stdin or a hidden prompt')
    .action((options: CreateOptions, command: Command) => create(openContext(command), options));
  addExamples(command, [
    ['keyward admin user create --email bob@example.com --name "Bob" --role member', 'by an invite'],
    [
      'keyward admin user create --email bob@example.com --name "Bob" --json | jq -r .inviteUrl',
      'for a script',
    ],
  ]);
}

function addChanges(user: Command): void {
  user
    .command('set-role')
    .description('Change what a person may do')
    .argument('<user>', who)
    .addArgument(new Argument('<role>', 'what they may do').choices(roles))
    .option('--narrow-tokens', 'leave tokens that may do everything at what they may do now')
    .action((reference: string, role: string, options: RoleOptions, command: Command) =>
      setRole(openContext(command), reference, { role, ...options }),
    );
  user
    .command('activate')
    .description('Let a person in again')
    .argument('<user>', who)
    .action((reference: string, _, command: Command) => activate(openContext(command), reference));
  user
    .command('set-password')
    .description('Set a password that works once, within 24 hours; it is read from stdin or a hidden prompt')
    .argument('<user>', who)
    .action((reference: string, _, command: Command) => setPassword(openContext(command), reference));
  user
    .command('reset-password')
    .description('Make a link to choose a new password')
    .argument('<user>', who)
    .action((reference: string, _, command: Command) => resetPassword(openContext(command), reference));
}

function addEndings(user: Command): void {
  user
    .command('deactivate')
    .description('Shut a person out, with all that they hold, until they are activated again')
    .argument('<user>', who)
    .option('--reason <text>', 'why, for the audit log')
    .option('-y, --yes', 'do not ask')
    .action((reference: string, options: DecisionOptions, command: Command) =>
      deactivate(openContext(command), reference, options),
    );
  user
    .command('delete')
    .description('Delete a person and revoke all that they hold, for good')
    .argument('<user>', who)
    .option('-y, --yes', 'do not ask')
    .action((reference: string, options: DecisionOptions, command: Command) =>
      remove(openContext(command), reference, options),
    );
}

async function list(context: Context, { limit, ...filter }: ListOptions): Promise<void> {
  const query = { ...filter, limit: Math.min(limit, 200) };
  const page = await listAll<UserPageView>(context.api(), 'GET /api/v1/users', query, limit);
  const { out } = context;
  if (out.json) return out.printJson(page);
  if (page.items.length === 0) return out.note('Nobody is like that.');
  showUsers(out, page.items);
  if (page.nextCursor !== null) out.note(`There are more than these ${limit}: say --limit.`);
}

async function show(context: Context, reference: string): Promise<void> {
  const api = context.api();
  const { out } = context;
  const { id } = await resolveUser(api, reference, context.out);
  const user = await api.send<UserDetailView>(`GET /api/v1/users/${id}`);
  if (out.json) return out.printJson(user);
  const at = (time: string | null) => (time ? `${ago(time, Date.now())} (${momentOf(time)})` : 'never');
  out.facts([
    ['Name', out.paint.bold(clean(user.name))],
    ['E-mail', clean(user.email)],
    ['Id', user.id],
    ['Role', user.role],
    ['Status', statusOf(user)],
    ['Reason', user.deactivateReason ? clean(user.deactivateReason) : undefined],
    ['Created', at(user.createdAt)],
    ['Signed in', at(user.lastSignInAt)],
    ['Holds', describeHoldings(user.holds)],
  ]);
}

function describeHoldings({ counts }: HoldingsView): string {
  return `${plural(counts.tokens, 'token')}, ${plural(counts.sessions, 'session')}, ${plural(counts.agents, 'agent')}`;
}

async function create(context: Context, { withPassword, ...person }: CreateOptions): Promise<void> {
  const api = context.api();
  const password = withPassword ? await readSecret(`First password of ${person.email}`) : undefined;
  const user = await api.send<CreatedUserView>('POST /api/v1/users', { body: { ...person, password } });
  const { out } = context;
  if (out.json) return out.printJson(user);
  out.done(`Added ${clean(user.name)} <${clean(user.email)}> as ${user.role}`);
  if (user.inviteUrl === null)
    out.note('  The password works once, within 24 hours. They choose their own when they sign in.');
  else handLink(context, user.inviteUrl, user.mailed);
}

/** A link works once and for a day: on stdout, so that it can be piped on. */
function handLink({ out }: Context, link: string, mailed: boolean): void {
  if (isLoopback(new URL(link).hostname))
    out.warn('It leads nowhere but to this machine: the server is to be told its address by KEYWARD_URL.');
  out.note(`  ${mailed ? 'It is on its way by e-mail too. ' : ''}The link is good once, for 24 hours:`);
  out.print(clean(link));
}

async function setRole(
  context: Context,
  reference: string,
  change: RoleOptions & { role: string },
): Promise<void> {
  const api = context.api();
  const { id } = await resolveUser(api, reference, context.out);
  const user = await api.send<UserView>(`PATCH /api/v1/users/${id}`, { body: change });
  finish(context, user, `${clean(user.email)} is ${user.role} now`);
}

async function activate(context: Context, reference: string): Promise<void> {
  const api = context.api();
  const { id } = await resolveUser(api, reference, context.out);
  const user = await api.send<UserView>(`POST /api/v1/users/${id}/activate`, { body: {} });
  finish(context, user, `${clean(user.email)} is let in again`);
  if (user.needsLink)
    context.out.note(
      `They have no password. Make a link to choose one: keyward admin user reset-password ${clean(user.email)}`,
    );
}

async function setPassword(context: Context, reference: string): Promise<void> {
  const api = context.api();
  const { id, email } = await resolveUser(api, reference, context.out);
  const password = await readSecret(`New password of ${clean(email)}`);
  await api.send(`POST /api/v1/users/${id}/set-password`, { body: { password } });
  finish(
    context,
    { id, email },
    `Set. It works once, within 24 hours: ${clean(email)} chooses their own when they sign in`,
  );
}

async function resetPassword(context: Context, reference: string): Promise<void> {
  const api = context.api();
  const { id, email } = await resolveUser(api, reference, context.out);
  const link = await api.send<ResetLinkView>(`POST /api/v1/users/${id}/reset-password`, { body: {} });
  if (context.out.json) return context.out.printJson(link);
  context.out.done(`${clean(email)} can choose a new password`);
  handLink(context, link.resetUrl, link.mailed);
}

async function deactivate(
  context: Context,
  reference: string,
  { reason, yes }: DecisionOptions,
): Promise<void> {
  const api = context.api();
  const { id, email } = await resolveUser(api, reference, context.out);
  await confirmOr(yes, {
    message: `Shut out ${clean(email)}, with all that they hold?`,
    undo: 'keyward admin user activate',
  });
  const user = await api.send<DeactivatedUserView>(`POST /api/v1/users/${id}/deactivate`, {
    body: { reason },
  });
  finish(context, user, `${clean(email)} is shut out. Cut off: ${describeHoldings(user.cutOff)}`);
}

async function remove(context: Context, reference: string, { yes }: DecisionOptions): Promise<void> {
  const api = context.api();
  const { id, email } = await resolveUser(api, reference, context.out);
  await confirmOr(yes, { message: `Delete ${clean(email)} and revoke all that they hold, for good?` });
  await api.send(`DELETE /api/v1/users/${id}`);
  finish(context, { id, email, status: 'deleted' }, `${clean(email)} is deleted`);
}

function finish({ out }: Context, value: unknown, sentence: string): void {
  if (out.json) out.printJson(value);
  out.done(sentence);
}
