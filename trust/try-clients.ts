import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestCounts } from '#scripts/tally.ts';
import { addServer } from '#server/testing/mcp/add-server.ts';
import { openToolServer, tool } from '#server/testing/mcp/tool-server.ts';
import { openStage } from '#trust/stage.ts';
import { openStubModel } from '#trust/stub-model.ts';
import { openTokenProxy } from '#trust/token-proxy.ts';

const folder = path.join(import.meta.dirname, 'clients');
const bin = (name: string) => path.join(folder, 'node_modules/.bin', name);
const program = (name: string) => path.join(folder, 'node_modules', name);
const claude = program(`@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`);
const codex = program(
  `@openai/codex-${process.platform}-${process.arch}/vendor/x86_64-unknown-linux-musl/bin/codex`,
);

/** Where a client connects to, and where it may keep things. */
interface Setting {
  url: string;
  token: string;
  home: string;
}

interface Client {
  name: string;
  /** The program that it is; one that is not there is skipped. */
  file: string;
  /** What it said. Throws where it failed. */
  run(setting: Setting): Promise<string>;
  expected: RegExp;
}

const said = 'said through Keyward';

/** Of the conformance suite, what asks for no tool, prompt or resource of a server made for it. */
const scenarios = [
  'server-initialize',
  'ping',
  'tools-list',
  'dns-rebinding-protection',
  'http-header-validation',
];

const clients: Client[] = [
  ...scenarios.map((scenario): Client => ({
    name: `conformance suite, ${scenario}`,
    file: bin('conformance'),
    async run({ url, token, home }) {
      await using proxy = await openTokenProxy(new URL(url).origin, token);
      return await runNode(home, [
        bin('conformance'),
        'server',
        '--url',
        `${proxy.origin}/mcp`,
        '--scenario',
        scenario,
      ]);
    },
    expected: /Passed: (\d+)\/\1, 0 failed/,
  })),
  {
    name: 'MCP Inspector',
    file: bin('mcp-inspector'),
    run: ({ url, token, home }) =>
      runNode(home, [
        bin('mcp-inspector'),
        '--cli',
        url,
        '--transport',
        'http',
        '--header',
        `Authorization: Bearer ${token}`,
        '--method',
        'tools/call',
        '--tool-name',
        'demo__echo',
        '--tool-arg',
        `text=${said}`,
      ]),
    expected: new RegExp(said),
  },
  {
    name: 'mcp-remote',
    file: bin('mcp-remote'),
    run: throughRemote,
    expected: new RegExp(`notifications/progress[^]*${said}`),
  },
  { name: 'Claude Code', file: claude, run: runClaude, expected: new RegExp(`tool_result[^]*${said}`) },
  { name: 'Codex', file: codex, run: runCodex, expected: new RegExp(`function_call_output[^]*${said}`) },
];

/** `npm run trust -- --clients`: clients as people use them list and call a tool. Those that cannot be installed are skipped, loudly. */
export async function tryClients(): Promise<TestCounts> {
  if (!install()) return { passed: 0, failed: 0 };
  await using stage = await openStage();
  await using upstream = await openToolServer({
    tools: [tool('echo')],
    async run({ arguments: { text }, progress }) {
      await progress(1);
      return text;
    },
  });
  await using server = await stage.another({ KEYWARD_UPSTREAM_ALLOW: `127.0.0.1:${upstream.port}` });
  const { cookie } = stage.ada;
  const ada = { ...stage.ada, send: (call: string, more = {}) => server.send(call, { cookie, ...more }) };
  await addServer(ada, { alias: 'demo', url: upstream.url });
  const { token } = await stage.ada.createToken({ name: 'clients' });
  const counts = { passed: 0, failed: 0 };
  for (const client of clients)
    if (!existsSync(client.file)) console.log(`SKIPPED ${client.name}: it is not there for this machine`);
    else if (await tryOne(client, { url: `${server.origin}/mcp`, token })) counts.passed++;
    else counts.failed++;
  return counts;
}

function install(): boolean {
  if (existsSync(program('.bin'))) return true;
  console.log('Installing clients of MCP, about 1 GB …');
  try {
    // Not `npm ci`: a dependency that is optional, and of another system, is in no registry and so not in the lock.
    execFileSync('npm', ['install', '--ignore-scripts'], { cwd: folder, stdio: 'ignore' });
    return true;
  } catch {
    console.log('SKIPPED all clients: they cannot be installed here');
    return false;
  }
}

async function tryOne({ name, run, expected }: Client, setting: Omit<Setting, 'home'>): Promise<boolean> {
  const home = await mkdtemp(path.join(tmpdir(), 'keyward-clients-'));
  try {
    const output = await run({ ...setting, home });
    const holds = expected.test(output);
    console.log(`${holds ? 'PASS' : 'FAIL'} ${name}${holds ? '' : `\n${output.slice(-2_000)}`}`);
    return holds;
  } catch (error) {
    console.log(`FAIL ${name}\n${String(error).slice(0, 2_000)}`);
    return false;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

const runNode = (home: string, args: string[], more: Run = {}) => runIn(home, process.execPath, args, more);

interface Run {
  env?: Record<string, string>;
  /** Sent line by line; then it is waited for a while. */
  lines?: string[];
}

function runIn(home: string, file: string, args: string[], { env = {}, lines }: Run = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd: home,
      env: {
        NODE_ENV: 'production' as const,
        PATH: `${path.dirname(process.execPath)}:${process.env['PATH']}`,
        HOME: home,
        ...env,
      },
      timeout: 90_000,
      maxBuffer: 10_000_000,
    };
    const child = execFile(file, args, options, (error, stdout, stderr) =>
      error && !lines ? reject(new Error(`${error.message}\n${stdout}${stderr}`)) : resolve(stdout),
    );
    if (!lines) return void child.stdin?.end();
    child.stdin?.write(lines.map((line) => `${line}\n`).join(''));
    setTimeout(() => child.stdin?.end(), 8_000);
  });
}

function throughRemote({ url, token, home }: Setting): Promise<string> {
  const message = (more: object) => JSON.stringify({ jsonrpc: '2.0', ...more });
  const clientInfo = { name: 'trial', version: '1.0.0' };
  const params = { name: 'demo__echo', arguments: { text: said }, _meta: { progressToken: 1 } };
  return runNode(
    home,
    [bin('mcp-remote'), url, '--allow-http', '--header', 'Authorization: Bearer ${KEYWARD_TOKEN}'],
    {
      env: { KEYWARD_TOKEN: token },
      lines: [
        message({
          id: 1,
          method: 'initialize',
          params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
        }),
        message({ method: 'notifications/initialized' }),
        message({ id: 2, method: 'tools/call', params }),
      ],
    },
  );
}

async function runClaude({ url, token, home }: Setting): Promise<string> {
  await using model = await openStubModel('demo__echo', { text: said });
  const headers = { Authorization: 'Bearer ${KEYWARD_TOKEN}' };
  const config = { mcpServers: { keyward: { type: 'http', url, headers } } };
  await writeFile(path.join(home, '.mcp.json'), JSON.stringify(config));
  const args = [
    '-p',
    'say it',
    '--mcp-config',
    '.mcp.json',
    '--strict-mcp-config',
    '--allowedTools',
    'mcp__keyward__demo__echo',
  ];
  await runIn(home, claude, args, {
    env: {
      KEYWARD_TOKEN: token,
      ANTHROPIC_BASE_URL: model.origin,
      ANTHROPIC_API_KEY: 'none',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    },
  });
  return model.asked.join('\n');
}

async function runCodex({ url, token, home }: Setting): Promise<string> {
  await using model = await openStubModel('demo__echo', { text: said });
  const config = `model = "stub"
model_provider = "stub"
approval_policy = "never"
sandbox_mode = "danger-full-access"
[model_providers.stub]
name = "stub"
base_url = "${model.origin}/v1"
wire_api = "responses"
[mcp_servers.keyward]
url = "${url}"
bearer_token_env_var = "KEYWARD_TOKEN"
`;
  await mkdir(path.join(home, '.codex'));
  await writeFile(path.join(home, '.codex/config.toml'), config);
  await runIn(home, codex, ['exec', '--skip-git-repo-check', 'say it'], { env: { KEYWARD_TOKEN: token } });
  return model.asked.join('\n');
}
