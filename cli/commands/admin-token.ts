import type { Command } from 'commander';
import { adminTokenSorts, choiceOf, orders, tokenStatuses, useWindows } from '#cli/choices.ts';
import { listAll } from '#cli/client/api.ts';
import { usage } from '#cli/client/errors.ts';
import { findAnyToken } from '#cli/client/token-reference.ts';
import { resolveUser } from '#cli/client/user-reference.ts';
import { addExamples } from '#cli/command-help.ts';
import { openContext, type Context } from '#cli/context.ts';
import { readLimit } from '#cli/options.ts';
import { confirmOr, isInteractive, readInput } from '#cli/terminal/prompts.ts';
import { clean, plural } from '#cli/terminal/text.ts';
import { showAdminTokens } from '#cli/token-view.ts';
import type {
  AdminTokenPageView,
  AdminTokenView,
  BulkAction,
  BulkView,
  IdentificationView,
  IdentifiedView,
} from '#server/credentials/token-triage/schema.ts';

interface ListOptions {
  search?: string;
  user?: string;
  status?: string;
  lastUsed?: string;
  sort?: string;
  order?: string;
  limit: number;
}

interface ChangeOptions {
  reason?: string;
  yes?: boolean;
}

const references = 'id, prefix (kw_pat_…) or name, one or more';
/** What one call of the server takes. */
const identifiedCharacters = 200_000;

export function addAdminToken(admin: Command): void {
  const token = admin
    .command('token')
    .description('Everyone’s tokens: which look wrong, and switching them off');
  addList(token);
  addChange(token, 'revoke', 'Revoke anyone’s tokens, for good');
  addChange(token, 'disable', 'Switch anyone’s tokens off');
  addChange(token, 'enable', 'Switch tokens on again');
  const identify = token
    .command('identify')
    .description('Tell whose the tokens in a text are; it is read from a file or stdin')
    .argument('[file]', 'a token, a line of a log, a whole log; left out: stdin')
    .action((file: string | undefined, _, command: Command) => identifyTokens(openContext(command), file));
  addExamples(identify, [['journalctl -u app | keyward admin token identify', 'whose tokens a log holds']]);
}

function addList(token: Command): void {
  const list = token
    .command('list')
    .description('List everyone’s tokens')
    .option('--search <text>', 'part of a name, an owner’s name or e-mail; the start of a prefix')
    .option('--user <user>', 'the owner: their e-mail address, id or name')
    .addOption(choiceOf('--status <status>', 'which', tokenStatuses))
    .addOption(choiceOf('--last-used <window>', 'when they were last used', useWindows))
    .addOption(choiceOf('--sort <by>', 'by what', adminTokenSorts))
    .addOption(choiceOf('--order <order>', 'which way', orders))
    .option('--limit <number>', 'how many at most', readLimit, 200)
    .action((options: ListOptions, command: Command) => listTokens(openContext(command), options));
  addExamples(list, [
    ['keyward admin token list --last-used 90d+ --status active', 'what nobody would miss'],
  ]);
}

function addChange(token: Command, action: BulkAction, description: string): void {
  const command = token
    .command(action)
    .description(description)
    .argument('<token...>', references)
    .option('--reason <text>', 'why, for the audit log');
  if (action !== 'enable') command.option('-y, --yes', 'do not ask');
  command.action((found: string[], options: ChangeOptions, command: Command) =>
    change(openContext(command), { action, references: found }, options),
  );
}

async function listTokens(
  context: Context,
  { limit, user: reference, ...filter }: ListOptions,
): Promise<void> {
  const { out } = context;
  const api = context.api();
  const user = reference === undefined ? undefined : (await resolveUser(api, reference, out)).id;
  const query = { ...filter, user, limit: Math.min(limit, 200) };
  const page = await listAll<AdminTokenPageView>(api, 'GET /api/v1/admin/tokens', query, limit);
  if (out.json) return out.printJson(page);
  if (page.items.length === 0) return out.note('No token is like that.');
  showAdminTokens(out, page.items);
  if (page.nextCursor !== null) out.note(`There are more than these ${limit}: say --limit.`);
}

const done = { revoke: 'Revoked', disable: 'Switched off', enable: 'Switched on' };

/** All of them or none. */
async function change(
  context: Context,
  { action, references }: { action: BulkAction; references: string[] },
  { reason, yes }: ChangeOptions,
): Promise<void> {
  const api = context.api();
  const tokens: AdminTokenView[] = [];
  for (const reference of references) tokens.push(await findAnyToken(api, reference, context.out));
  const named = tokens.map(({ name, owner }) => `"${clean(name)}" of ${clean(owner.email)}`).join(', ');
  if (action === 'revoke') await confirmOr(yes, { message: `Revoke ${named}, for good?` });
  if (action === 'disable')
    await confirmOr(yes, { message: `Switch off ${named}?`, undo: 'keyward admin token enable' });
  const body = { ids: tokens.map(({ id }) => id), action, reason };
  const result = await api.send<BulkView>('POST /api/v1/admin/tokens/bulk', { body });
  if (context.out.json) context.out.printJson(result);
  const same = tokens.length - result.changed.length;
  context.out.done(`${done[action]}: ${named}${same > 0 ? ` (${same} of them before)` : ''}`);
}

async function identifyTokens(context: Context, file: string | undefined): Promise<void> {
  const { out } = context;
  const api = context.api();
  if (file === undefined && isInteractive()) out.note('Paste the text, then press Ctrl-D:');
  const text = await readInput(file ?? '-');
  if (!text.trim()) throw usage('There is nothing to look through.');
  const found: IdentificationView = { items: [], skipped: 0 };
  for (const part of inParts(text)) {
    const { items, skipped } = await api.send<IdentificationView>('POST /api/v1/admin/tokens/identify', {
      body: { text: part },
    });
    found.items.push(...items.filter((item) => !found.items.some((known) => isSame(known, item))));
    found.skipped += skipped;
  }
  if (out.json) return out.printJson(found);
  if (found.items.length === 0) return out.note('There is no token in this text, nor the prefix of one.');
  out.table(found.items, [
    { title: 'PREFIX', value: ({ prefix }) => `${prefix}…`, paint: out.paint.bold },
    { title: 'SECRET', value: ({ by, state }) => (by === 'prefix' ? `${state}, by its prefix` : state) },
    { title: 'NAME', value: ({ token, key }) => (token ?? key)?.name ?? '–', flexible: true },
    {
      title: 'OWNER',
      value: ({ token, key }) => (key ? 'an API key' : (token?.owner.email ?? '–')),
      flexible: true,
    },
    { title: 'STATUS', value: ({ token, key }) => (token ?? key)?.status ?? 'not of this Keyward' },
  ]);
  if (found.skipped > 0) out.warn(`${plural(found.skipped, 'more token')} were not looked at.`);
}

/** A part of the text may mention what one before it did. */
const isSame = (a: IdentifiedView, b: IdentifiedView) =>
  a.prefix === b.prefix && a.token?.id === b.token?.id && a.key?.id === b.key?.id;

/** Cut between lines, where there are any. */
function* inParts(text: string): Generator<string> {
  for (let at = 0; at < text.length;) {
    const end = at + identifiedCharacters;
    const lineEnd = end < text.length ? text.lastIndexOf('\n', end - 1) : -1;
    const next = lineEnd > at ? lineEnd + 1 : Math.min(end, text.length);
    yield text.slice(at, next);
    at = next;
  }
}
