import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, startProgram } from '#server/testing/program.ts';
import { onCore } from './cores.ts';

/** What a call looks like there. */
export interface McpSubject {
  name: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

const upstreamFile = fileURLToPath(new URL('mcp-upstream.ts', import.meta.url));

/**
 * Two gateways of others, neither of which checks anything: mcp-proxy before a tool server that it starts, mcp-hub before one
 * over HTTP. `folder` has them installed; left out: they are installed for this run. Those that cannot be are left out, loudly.
 */
export async function openPeers(
  opened: AsyncDisposableStack,
  upstream: string,
  folder: string | undefined,
): Promise<McpSubject[]> {
  const installed = folder ?? (await install(opened));
  if (installed === undefined) return [];
  const peers = [openProxy, openHub].map(async (open) => {
    try {
      return await open(opened, installed, upstream);
    } catch (error) {
      say(
        `SKIPPED: ${open.name.replace('open', 'mcp-').toLowerCase()} does not start: ${String(error).slice(0, 300)}`,
      );
      return undefined;
    }
  });
  return (await Promise.all(peers)).filter((peer) => peer !== undefined);
}

async function install(opened: AsyncDisposableStack): Promise<string | undefined> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keyward-mcp-peers-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  await writeFile(path.join(folder, 'package.json'), '{"private":true}');
  try {
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', 'mcp-proxy@6', 'mcp-hub@4'], {
      cwd: folder,
      stdio: 'ignore',
    });
    return folder;
  } catch {
    say('SKIPPED: mcp-proxy and mcp-hub cannot be installed here');
    return undefined;
  }
}

async function start(opened: AsyncDisposableStack, args: string[], port: number): Promise<void> {
  const [file = '', ...rest] = onCore('server', [process.execPath, ...args]);
  opened.use(await startProgram(file, rest, { port, home: tmpdir() }));
}

const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

async function openProxy(opened: AsyncDisposableStack, folder: string): Promise<McpSubject> {
  const port = await freePort();
  const program = path.join(folder, 'node_modules/.bin/mcp-proxy');
  const command = ['--', process.execPath, upstreamFile, '--stdio'];
  await start(
    opened,
    [program, '--port', String(port), '--host', '127.0.0.1', '--server', 'stream', '--stateless', ...command],
    port,
  );
  return {
    name: 'mcp-proxy',
    url: `http://127.0.0.1:${port}/mcp`,
    headers: json,
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'echo', arguments: { text: 'hello' } },
    }),
  };
}

async function openHub(opened: AsyncDisposableStack, folder: string, upstream: string): Promise<McpSubject> {
  const port = await freePort();
  const home = await mkdtemp(path.join(tmpdir(), 'keyward-mcp-hub-'));
  opened.defer(() => rm(home, { recursive: true, force: true }));
  const config = path.join(home, 'config.json');
  await writeFile(config, JSON.stringify({ mcpServers: { upstream: { url: upstream } } }));
  const program = path.join(folder, 'node_modules/.bin/mcp-hub');
  await start(opened, [program, '--port', String(port), '--config', config], port);
  return {
    name: 'mcp-hub',
    url: `http://127.0.0.1:${port}/api/servers/tools`,
    headers: json,
    body: JSON.stringify({ server_name: 'upstream', tool: 'echo', arguments: { text: 'hello' } }),
  };
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
