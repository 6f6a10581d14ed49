import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openCommandLine } from '#server/testing/command-line.ts';
import { openDesk } from '#server/testing/desk.ts';
import { openToolServer, tool } from '#server/testing/mcp/tool-server.ts';

const desk = await openDesk({ settings: { KEYWARD_UPSTREAM_ALLOW: '127.0.0.1/32' } });
const upstream = await openToolServer({
  tools: [tool('search'), tool('get')],
  needs: ['x-key', 'opensesame'],
});
const { token } = await desk.ada.createToken({ name: 'cli' });
const line = openCommandLine({ KEYWARD_SERVER: desk.origin, KEYWARD_TOKEN: token });
after(async () => {
  line[Symbol.dispose]();
  await upstream[Symbol.asyncDispose]();
  await desk[Symbol.asyncDispose]();
});

test('a server is tried, added with a header from stdin, listed and removed', async () => {
  const tried = await line.run(`mcp server test ${upstream.url}`);
  assert.equal(tried.code, 1);
  assert.match(tried.stderr, /It refuses what Keyward signs in with/);
  const added = await line.run(`mcp server add github ${upstream.url} --header x-key=-`, {
    stdin: 'opensesame\n',
  });
  assert.equal(added.code, 0, added.stderr);
  assert.match(added.stderr, /Added github, which is up/);
  assert.match(added.stdout, /search +Does search/);
  assert.match((await line.run('mcp server list')).stdout, /github +up +2 +0 +http/);
  assert.match((await line.run('mcp server test github')).stderr, /with 2 tools/);
  assert.equal((await line.run('mcp server test nothing')).code, 1);
  assert.match((await line.run('mcp tool list')).stdout, /github__get +mcp_tool:[0-9a-f-]{36}\/get/);
  assert.equal((await line.run('mcp server remove github')).code, 2, 'there is no terminal to ask at');
  assert.equal((await line.run('mcp server remove github --yes')).code, 0);
  assert.match((await line.run('mcp tool list')).stderr, /No tool is within reach/);
});

test('held back tools are shown with what they changed, and approved', async () => {
  await line.run(`mcp server add x ${upstream.url} --header x-key=-`, { stdin: 'opensesame' });
  upstream.tools = [tool('search', { description: 'Searches\u200B' }), tool('get')];
  await line.run('mcp server test x');
  assert.match((await line.run('mcp tool list --of x')).stdout, /search +changed +x__search/);
  const asked = await line.run('mcp tool approve x');
  assert.equal(asked.code, 2);
  assert.match(
    asked.stderr,
    /- description: Does search\n +\+ description: Searches⟨U\+200B⟩\n +! not seen by readers: U\+200B/,
  );
  assert.match((await line.run('mcp tool approve x --yes')).stderr, /Approved search/);
  assert.match((await line.run('mcp tool approve x --yes')).stderr, /Nothing is held back/);
});
