import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { openCommandLine } from '#server/testing/command-line.ts';

const event = {
  sequence: 1,
  time: '2026-11-22T09:00:00.000Z',
  actor: { kind: 'user', id: null, label: 'ada@example.com' },
  action: 'token.revoke',
  resource: null,
  outcome: 'ok',
  code: null,
  address: null,
};

/** A server whose log answers page after page as `pageOf` says. */
async function openLog(pageOf: (at: number) => { items: unknown[]; nextCursor: string | null }) {
  let pages = 0;
  const server = createServer((_, res) => {
    res.setHeader('Content-Type', 'application/json');
    res.end(JSON.stringify(pageOf(pages++)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const line = openCommandLine();
  const env = {
    KEYWARD_SERVER: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    KEYWARD_TOKEN: 'kw_pat_x',
  };
  return {
    asked: () => pages,
    list: (more = '') => line.run(`admin audit list --search zephyr ${more}`, { env }),
    [Symbol.dispose]() {
      line[Symbol.dispose]();
      server.close();
    },
  };
}

test('what stands behind empty pages of the log is found', async () => {
  using log = await openLog((at) =>
    at < 7 ? { items: [], nextCursor: `c${at}` } : { items: [event], nextCursor: null },
  );
  const found = await log.list();
  assert.equal(found.code, 0);
  assert.match(found.stdout, /token\.revoke/);
});

test('only what was looked through to its end is said to hold nothing', async () => {
  using log = await openLog((at) => ({ items: [], nextCursor: at < 7 ? `c${at}` : null }));
  const none = await log.list();
  assert.deepEqual([none.code, none.stdout], [0, '']);
  assert.match(none.stderr, /Nothing in the log matches that/);
});

test('a log that never ends is given up, and that is said', async () => {
  using log = await openLog((at) => ({ items: [], nextCursor: `c${at}` }));
  const endless = await log.list();
  assert.match(endless.stderr, /not looked through to its end/);
  assert.doesNotMatch(endless.stderr, /Nothing in the log/);
  using standing = await openLog(() => ({ items: [], nextCursor: 'c' }));
  await standing.list();
  assert.equal(standing.asked(), 2);
});
