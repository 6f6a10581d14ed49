import { Option, type Command } from 'commander';
import { choiceOf } from '#cli/choices.ts';
import { CliError, usage } from '#cli/client/errors.ts';
import { findServer } from '#cli/client/server-reference.ts';
import { addExamples } from '#cli/command-help.ts';
import { openContext, type Context } from '#cli/context.ts';
import type { Output } from '#cli/terminal/output.ts';
import { confirmOr, readInput } from '#cli/terminal/prompts.ts';
import { clean } from '#cli/terminal/text.ts';
import type {
  ServerDetailView,
  ServersView,
  ServerTestView,
  ServerView,
} from '#server/gateway/mcp-servers/schema.ts';

interface AddOptions {
  auth?: 'none' | 'headers' | 'keyward_jwt';
  header?: string[];
  timeout?: string;
}

/** Each as it is: a file may have a comma in its name. */
const gather = (text: string, before: string[] = []) => [...before, text];

export function addMcpServer(mcp: Command): void {
  const server = mcp.command('server').description('The tool servers of the tenant');
  server
    .command('list')
    .description('List the tool servers, and how they stand')
    .action((_, command: Command) => list(openContext(command)));
  addAdd(server);
  server
    .command('test')
    .description('Try a server: by its alias, or an address before adding it')
    .argument('<server>', 'its alias, its id, or an address')
    .action((reference: string, _, command: Command) => test(openContext(command), reference));
  server
    .command('remove')
    .description('Remove a server and its tools')
    .argument('<server>', 'its alias or its id')
    .option('-y, --yes', 'do not ask')
    .action((reference: string, { yes }: { yes?: boolean }, command: Command) =>
      remove(openContext(command), reference, yes),
    );
}

function addAdd(server: Command): void {
  const command = server
    .command('add')
    .description('Add a server; the tools that it lists now are approved, so read them')
    .argument('<alias>', 'what its tools’ names begin with: a to z, 0 to 9 and -')
    .argument('<address>', 'where it speaks MCP')
    .addOption(choiceOf('--auth <kind>', 'what Keyward signs in with', ['none', 'headers', 'keyward_jwt']))
    .addOption(
      new Option(
        '--header <name=file>',
        'a header, its value read from a file, - for stdin; say it again for more',
      ).argParser(gather),
    )
    .option('--timeout <seconds>', 'how long a call may be silent (default: 60)')
    .action((alias: string, url: string, options: AddOptions, command: Command) =>
      add(openContext(command), { alias, url, ...options }),
    );
  addExamples(command, [
    [
      'keyward mcp server add github https://tools.example.com/mcp --header authorization=token.txt',
      'with a header',
    ],
  ]);
}

async function list(context: Context): Promise<void> {
  const { out } = context;
  const page = await context.api().send<ServersView>('GET /api/v1/mcp/servers');
  if (out.json) return out.printJson(page);
  if (page.items.length === 0) return out.note('There are no tool servers yet: keyward mcp server add');
  out.table(page.items, [
    { title: 'ALIAS', value: ({ alias }) => alias, paint: out.paint.bold },
    {
      title: 'STATUS',
      value: statusOf,
      paint: (text, { health }) => (health.status === 'up' ? out.paint.green(text) : out.paint.red(text)),
    },
    { title: 'TOOLS', value: ({ tools }) => String(tools.approved) },
    { title: 'HELD BACK', value: ({ tools }) => String(tools.new + tools.changed) },
    { title: 'ADDRESS', value: ({ url }) => url, flexible: true },
  ]);
}

const statusOf = ({ enabled, health: { status, fault } }: ServerView) =>
  enabled ? `${status}${fault ? ` (${fault})` : ''}` : 'off';

async function add(
  context: Context,
  { alias, url, auth, header, timeout }: AddOptions & { alias: string; url: string },
) {
  const { out } = context;
  const headers = header && (await readHeaders(header));
  const body = {
    alias,
    url,
    auth: auth ?? (headers ? 'headers' : 'none'),
    headers,
    timeoutSeconds: timeout === undefined ? undefined : Number(timeout),
  };
  const added = await context.api().send<ServerDetailView>('POST /api/v1/mcp/servers', { body });
  if (out.json) return out.printJson(added);
  const { server, tools } = added;
  out.done(`Added ${clean(server.alias)}, which is ${statusOf(server)}`);
  showTools(out, tools);
}

/** A value never stands among the arguments, where others could read it. */
async function readHeaders(pairs: string[]): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const pair of pairs) {
    const [, name, file] = /^([^=\s]+)=(.+)$/.exec(pair) ?? [];
    if (!name || !file)
      throw usage(`"${pair}" is no header.`, 'Write name=file, and the value into the file; - is stdin.');
    headers[name] = await readInput(file);
  }
  return headers;
}

async function test(context: Context, reference: string): Promise<void> {
  const { out } = context;
  const api = context.api();
  const isAddress = /^https?:\/\//.test(reference);
  const found = isAddress
    ? await api.send<ServerTestView>('POST /api/v1/mcp/servers/test', { body: { url: reference } })
    : await api.send<ServerTestView>(
        `POST /api/v1/mcp/servers/${(await findServer(api, reference)).id}/test`,
      );
  if (out.json) out.printJson(found);
  if (!found.ok) throw new CliError('refused', clean(found.message ?? 'It did not answer.'));
  out.done(`It answered in ${found.ms} ms, with ${found.tools.length} tools`);
  if (!out.json) showTools(out, found.tools);
}

async function remove(context: Context, reference: string, yes: boolean | undefined): Promise<void> {
  const api = context.api();
  const { id, alias } = await findServer(api, reference);
  await confirmOr(yes, { message: `Remove ${clean(alias)}? Its tools cannot be called any more.` });
  await api.send(`DELETE /api/v1/mcp/servers/${id}`);
  if (context.out.json) context.out.printJson({ id, alias });
  context.out.done(`Removed ${clean(alias)}`);
}

function showTools(out: Output, tools: { name: string; description: string | null }[]): void {
  if (tools.length === 0) return;
  out.table(tools, [
    { title: 'TOOL', value: ({ name }) => name },
    { title: 'DESCRIPTION', value: ({ description }) => description ?? '', flexible: true },
  ]);
}
