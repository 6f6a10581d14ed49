import { Argument, type Command } from 'commander';
import { usage } from '#cli/client/errors.ts';
import { writePrivateFile } from '#cli/client/private-file.ts';
import { fetchIdentity } from '#cli/client/sign-in.ts';
import { addExamples } from '#cli/command-help.ts';
import { openContext, type Context } from '#cli/context.ts';
import {
  jsonEntry,
  mcpClients,
  readClientFile,
  type McpClientName,
  type McpEntry,
} from '#cli/mcp-clients.ts';
import { clean } from '#cli/terminal/text.ts';

interface AddOptions {
  name: string;
  print?: boolean;
}

export function addMcpAdd(mcp: Command): void {
  const command = mcp
    .command('add')
    .description('Add Keyward to an AI client of this machine, which then calls its tools as you')
    .addArgument(new Argument('[client]', 'which client').choices(Object.keys(mcpClients)))
    .option('--name <name>', 'what the client calls it', 'keyward')
    .option('--print', 'print the entry for another client, without the token')
    .action((client: McpClientName | undefined, options: AddOptions, command: Command) =>
      add(openContext(command), client, options),
    );
  addExamples(command, [
    ['keyward mcp add claude-code', 'with the token of this command line'],
    ['keyward mcp add codex --token-file codex.token', 'with another token'],
    ['keyward mcp add --print', 'for any other client'],
  ]);
}

async function add(context: Context, client: McpClientName | undefined, { name, print }: AddOptions) {
  if (!/^[a-z0-9][a-z0-9_-]{0,39}$/i.test(name))
    throw usage(`"${name}" is no name for an entry.`, 'Letters, digits, _ and -, 40 at most.');
  const url = `${context.server()}/mcp`;
  if (print) return showEntry(context, { name, url, token: '<token>' });
  if (!client)
    throw usage(
      'Which client?',
      `${Object.keys(mcpClients).join(', ')}; for another one: keyward mcp add --print`,
    );
  await write(context, client, { name, url, token: await usableToken(context) });
}

function showEntry({ out }: Context, entry: McpEntry): void {
  out.printJson(jsonEntry(entry, { type: 'http' }));
  out.note('Put a token in place of <token>, and keep the file from other people: keyward token create');
}

/** The token that is meant, once the server has said that it may call tools. */
async function usableToken(context: Context): Promise<string> {
  const me = await fetchIdentity(context.api());
  if (!me.permissions.includes('mcp:call'))
    throw usage('This token may not call tools.', 'Use one with mcp:call: --token-file <file>');
  // The server has just accepted it.
  return context.access().token ?? '';
}

async function write({ out, access }: Context, name: McpClientName, entry: McpEntry): Promise<void> {
  const { title, file, write: put, next } = mcpClients[name];
  const path = file();
  writePrivateFile(path, put(readClientFile(path), entry));
  if (out.json) return out.printJson({ client: name, file: path, name: entry.name, url: entry.url });
  out.done(`Added ${entry.name} to ${title}: ${clean(path)}`);
  if (access().tokenOrigin === 'profile')
    out.note('  It has the token of this command line: signing out here ends it there too.');
  out.note(`  ${next}`);
}
