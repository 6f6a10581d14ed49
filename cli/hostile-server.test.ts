import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { openCommandLine } from '#server/testing/command-line.ts';

const evil = '\u001B]0;title\u0007\u001B[2J\u009B8m\u202E\r\nforged: line';
const id = '0199a8f0-0000-7000-8000-000000000000';
const endless = id.replace('0199', '0198');
const at = new Date().toISOString();
const token = {
  id: evil,
  name: evil,
  prefix: evil,
  status: 'active',
  permissions: [evil],
  ipAllowlist: [evil],
  createdAt: at,
  expiresAt: null,
  lastUsedAt: at,
  lastUsedIp: evil,
  lastUsedAgent: evil,
  useCount: evil,
  rotation: null,
  revokedAt: null,
};
const answers: Record<string, unknown> = {
  '/api/v1/me': {
    user: { id: evil, email: evil, name: evil, role: evil },
    credential: { id: evil, name: evil, prefix: evil, permissions: [evil], expiresAt: null },
    permissions: [evil],
  },
  '/api/v1/tokens': { items: [token], nextCursor: null },
  [`/api/v1/tokens/${id}`]: token,
  '/api/v1/audit/seal': { seal: evil },
  '/cli/version': { version: evil },
};

/** Answers without end. */
function flood(res: ServerResponse): void {
  const more = () => {
    while (!res.destroyed && res.write('x'.repeat(1_000_000)));
  };
  res.on('drain', more);
  more();
}

const server = createServer((req, res) => {
  if (req.url === `/api/v1/tokens/${endless}`) return flood(res);
  const answer = answers[(req.url ?? '').split('?')[0] ?? ''];
  res.statusCode = answer === undefined ? 403 : 200;
  res.end(JSON.stringify(answer ?? { code: evil, detail: evil, requestId: evil }));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => server.close());

const env = {
  KEYWARD_SERVER: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  KEYWARD_TOKEN: 'kw_pat_x',
};
/** Our own colours, which are all that may be there. */
const colours = /\p{Cc}\[(?:1|22|2|31|32|33|36|39)m/gu;

const commands = [
  'auth whoami',
  'auth status',
  'auth login',
  'token list',
  `token show ${id}`,
  `token revoke ${id} --yes`,
  'admin audit list --debug',
  'doctor',
  'upgrade',
];
for (const command of commands) {
  test(`nothing that a server says moves the cursor, hides a line or forges one: ${command}`, async () => {
    using line = openCommandLine({ ...env, FORCE_COLOR: '1' });
    const { stdout, stderr } = await line.run(command);
    const said = (stdout + stderr).replace(colours, '');
    assert.doesNotMatch(said, /[\p{Cc}\p{Cf}](?<!\n)/u);
    assert.doesNotMatch(said, /^forged/m);
  });
}

test('what a server says is JSON stays what it said, written so that no terminal obeys it', async () => {
  using line = openCommandLine(env);
  const { stdout, json } = await line.run('auth whoami --json');
  assert.equal(json['user']?.['role'], evil);
  assert.doesNotMatch(stdout, /[\p{Cc}\p{Cf}](?<!\n)/u);
});

test('an answer without end is not waited for, nor kept', async () => {
  using line = openCommandLine(env);
  const { code, stderr } = await line.run(['token', 'show', endless]);
  assert.equal(code, 3);
  assert.match(stderr, /sends more than any Keyward does/);
});

test('what a server says of somebody does not cost the profiles of other servers', async () => {
  using line = openCommandLine();
  const keep = (server: string) =>
    line.run(
      ['auth', 'import-token', '--server', server, '--email', 'a@b.example', '--role', 'x', '--skip-verify'],
      {
        stdin: 'kw_pat_x',
      },
    );
  assert.equal((await keep('https://good.example')).code, 0);
  const { user } = answers['/api/v1/me'] as { user: Record<string, unknown> };
  user['role'] = { not: 'a role' };
  const bad = await line.run(['auth', 'import-token', '--server', env.KEYWARD_SERVER], { stdin: 'kw_pat_x' });
  assert.equal(bad.code, 1);
  assert.match(bad.stderr, /Nothing was changed/);
  assert.match((await line.run('profile list')).stdout, /good\.example/);
});
