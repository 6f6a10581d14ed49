import { readFileSync } from 'node:fs';
import path from 'node:path';
import { homeFolder } from './client/config.ts';
import { CliError } from './client/errors.ts';
import { decodeText } from './read-file.ts';

/** Where a client finds Keyward, and what it shows there. */
export interface McpEntry {
  name: string;
  url: string;
  token: string;
}

interface McpClient {
  title: string;
  /** Where it keeps the servers of its user. */
  file: () => string;
  /** Its file with the entry, in place of one of the same name. Throws for a file that it cannot be put into. */
  write: (text: string, entry: McpEntry) => string;
  /** What makes it look again. */
  next: string;
}

export const mcpClients = {
  'claude-code': {
    title: 'Claude Code',
    file: () => path.join(process.env['CLAUDE_CONFIG_DIR'] || homeFolder(), '.claude.json'),
    write: (text, entry) => writeJson(text, entry, { type: 'http' }),
    next: 'Start Claude Code anew, then: /mcp',
  },
  codex: {
    title: 'Codex',
    file: () => path.join(process.env['CODEX_HOME'] || path.join(homeFolder(), '.codex'), 'config.toml'),
    write: writeToml,
    next: 'Start Codex anew, then: /mcp',
  },
  cursor: {
    title: 'Cursor',
    file: () => path.join(homeFolder(), '.cursor', 'mcp.json'),
    write: (text, entry) => writeJson(text, entry, {}),
    next: 'Start Cursor anew.',
  },
} as const satisfies Record<string, McpClient>;
export type McpClientName = keyof typeof mcpClients;

/** The text of a client's file; of one that is not there yet, none. */
export function readClientFile(file: string): string {
  try {
    return decodeText(readFileSync(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new CliError('refused', `${file} cannot be read: ${(error as Error).message}.`);
  }
}

/** What most clients take, one way or another. */
export function jsonEntry({ name, url, token }: McpEntry, more: { type?: 'http' }) {
  return { mcpServers: { [name]: { ...more, url, headers: { Authorization: `Bearer ${token}` } } } };
}

function writeJson(text: string, entry: McpEntry, more: { type?: 'http' }): string {
  const before = parseObject(text);
  const servers = before['mcpServers'] ?? {};
  if (!isObject(servers)) throw unreadable();
  const { mcpServers } = jsonEntry(entry, more);
  return `${JSON.stringify({ ...before, mcpServers: { ...servers, ...mcpServers } }, null, 2)}\n`;
}

function parseObject(text: string): Record<string, unknown> {
  if (text.trim() === '') return {};
  try {
    const found: unknown = JSON.parse(text);
    if (isObject(found)) return found;
  } catch {
    // Said below.
  }
  throw unreadable();
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The table of the entry at the end, and none of that name before it; all else stays as it is, comments too. */
function writeToml(text: string, { name, url, token }: McpEntry): string {
  const header = new RegExp(String.raw`^\s*\[\s*mcp_servers\s*\.\s*"?${name}"?\s*(\.[^\]]*)?\]`);
  const kept: string[] = [];
  let isOurs = false;
  // What stands right above a table is a note on that.
  let notes: string[] = [];
  for (const line of text.split('\n')) {
    if (/^\s*\[/.test(line)) {
      isOurs = header.test(line);
      if (!isOurs) kept.push(...notes);
      notes = [];
    }
    if (!isOurs) kept.push(line);
    else if (/^\s*(#|$)/.test(line)) notes.push(line);
    else notes = [];
  }
  const rest = kept.join('\n').trimEnd();
  // Of a table that stands elsewhere in another form there would be two.
  if (new RegExp(String.raw`^\s*(mcp_servers\s*\.\s*)?"?${name}"?\s*[.=]`, 'm').test(rest))
    throw unreadable();
  const table = [
    `[mcp_servers.${name}]`,
    `url = ${JSON.stringify(url)}`,
    `http_headers = { Authorization = ${JSON.stringify(`Bearer ${token}`)} }`,
  ];
  return `${rest}${rest && '\n\n'}${table.join('\n')}\n`;
}

function unreadable(): CliError {
  return new CliError('refused', 'Its file is written in a way that an entry cannot be put into.', {
    hint: 'Print the entry, and put it there by hand: keyward mcp add --print',
  });
}
