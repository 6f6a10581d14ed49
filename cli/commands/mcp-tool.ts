import type { Command } from 'commander';
import { listAll } from '#cli/client/api.ts';
import { findServer } from '#cli/client/server-reference.ts';
import { addExamples } from '#cli/command-help.ts';
import { openContext, type Context } from '#cli/context.ts';
import type { Output } from '#cli/terminal/output.ts';
import { confirmOr } from '#cli/terminal/prompts.ts';
import { clean } from '#cli/terminal/text.ts';
import type { ServerDetailView } from '#server/gateway/mcp-servers/schema.ts';
import type { HeldToolView, ToolPageView } from '#server/gateway/mcp-tools/schema.ts';

interface ListOptions {
  of?: string;
  search?: string;
}

export function addMcpTool(mcp: Command): void {
  const tool = mcp.command('tool').description('The tools that you reach, and those that are held back');
  tool
    .command('list')
    .description('List the tools that your token reaches; of one server, with those held back')
    .option('--of <server>', 'all of one server, in any state (managers)')
    .option('--search <text>', 'part of a name')
    .action((options: ListOptions, command: Command) => list(openContext(command), options));
  const approve = tool
    .command('approve')
    .description('Show what held back tools say, and have them offered')
    .argument('<server>', 'its alias or its id')
    .argument('[tools...]', 'as the server calls them (default: all that are held back)')
    .option('-y, --yes', 'do not ask')
    .action((reference: string, names: string[], { yes }: { yes?: boolean }, command: Command) =>
      approveTools(openContext(command), { reference, names, yes }),
    );
  addExamples(approve, [['keyward mcp tool approve github search', 'one tool']]);
}

async function list(context: Context, { of, search }: ListOptions): Promise<void> {
  const { out } = context;
  const api = context.api();
  if (of !== undefined) return listOfServer(context, of);
  const page = await listAll<ToolPageView>(api, 'GET /api/v1/mcp/tools', { search, limit: 500 });
  if (out.json) return out.printJson(page);
  if (page.items.length === 0) return out.note('No tool is within reach of this token.');
  out.table(page.items, [
    { title: 'TOOL', value: ({ name }) => name },
    { title: 'RESOURCE', value: ({ resource }) => `mcp_tool:${resource}` },
    { title: 'DESCRIPTION', value: ({ description }) => description ?? '', flexible: true },
  ]);
}

async function listOfServer(context: Context, reference: string): Promise<void> {
  const { out } = context;
  const api = context.api();
  const { id } = await findServer(api, reference);
  const { tools } = await api.send<ServerDetailView>(`GET /api/v1/mcp/servers/${id}`);
  if (out.json) return out.printJson({ items: tools });
  if (tools.length === 0) return out.note('It lists no tools.');
  out.table(tools, [
    { title: 'TOOL', value: ({ name }) => name },
    { title: 'STATE', value: ({ state, goneAt }) => (goneAt ? 'gone' : state) },
    { title: 'SHOWN AS', value: ({ shownName }) => shownName },
    { title: 'DESCRIPTION', value: ({ description }) => description ?? '', flexible: true },
  ]);
}

interface Approval {
  reference: string;
  names: string[];
  yes: boolean | undefined;
}

/** What is shown is what is approved: a tool that changed meanwhile is refused by its pin. */
async function approveTools(context: Context, { reference, names, yes }: Approval): Promise<void> {
  const { out } = context;
  const api = context.api();
  const { id, alias } = await findServer(api, reference);
  const { tools } = await api.send<ServerDetailView>(`GET /api/v1/mcp/servers/${id}`);
  const isWanted = ({ name }: HeldToolView) => names.length === 0 || names.includes(name);
  const held = tools.filter((tool) => (tool.state === 'new' || tool.state === 'changed') && isWanted(tool));
  if (!out.json) for (const tool of held) showDifference(out, tool);
  if (held.length > 0)
    await confirmOr(yes, { message: `Approve ${held.length} of ${clean(alias)}, as shown?` });
  const pins = Object.fromEntries(held.map(({ name, pin }) => [name, pin]));
  const body = { tools: names.length > 0 ? names : held.map(({ name }) => name), pins };
  if (body.tools.length > 0) await api.send(`POST /api/v1/mcp/servers/${id}/approve`, { body });
  if (out.json) return out.printJson({ approved: held.map(({ name }) => name) });
  out.done(
    held.length > 0 ? `Approved ${held.map(({ name }) => clean(name)).join(', ')}` : 'Nothing is held back',
  );
}

function showDifference(out: Output, { name, state, difference }: HeldToolView): void {
  out.note(`${name} is ${state}:`);
  for (const { field, before, after, suspects } of difference) {
    for (const line of linesOf(before)) out.note(`  - ${field}: ${line}`);
    for (const line of linesOf(after)) out.note(`  + ${field}: ${line}`);
    if (suspects.length > 0)
      out.note(`  ! not seen by readers: ${suspects.map(({ text }) => text).join(', ')}`);
  }
}

const linesOf = (text: string | null) => text?.split('\n') ?? [];
