import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { PresetResponse } from '#server/doors/http/preset-response.ts';

const presets = [
  ['Cache-Control', 'no-store'],
  ['X-Frame-Options', 'DENY'],
] as const;

const ways: [what: string, answer: (res: PresetResponse) => void, caching: string][] = [
  ['writes no head', (res) => res.end('x'), 'no-store'],
  ['writes its head', (res) => res.writeHead(200, { 'Content-Type': 'text/plain' }).end('x'), 'no-store'],
  [
    'says otherwise in its head',
    (res) => res.writeHead(200, { 'Cache-Control': 'no-cache' }).end(),
    'no-cache',
  ],
  [
    'has set something',
    (res) => res.setHeader('ETag', '"1"').writeHead(200, { Vary: 'a' }).end(),
    'no-store',
  ],
  [
    'has said otherwise',
    (res) => res.setHeader('cache-control', 'no-cache').writeHead(200).end(),
    'no-cache',
  ],
  ['is flushed before its body', (res) => (res.flushHeaders(), res.end('x')), 'no-store'],
];

for (const [what, answer, caching] of ways)
  test(`an answer that ${what} goes out with every preset once`, async () => {
    const server = createServer({ ServerResponse: PresetResponse }, (_, res) => {
      res.preset(...presets);
      answer(res);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const [{ rawHeaders }] = (await once(get({ port, agent: false }), 'response')) as [IncomingMessage];
    server.close();
    server.closeAllConnections();
    const names = rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
    assert.deepEqual(names, [...new Set(names)]);
    assert.equal(rawHeaders[rawHeaders.findIndex((name) => /^cache-control$/i.test(name)) + 1], caching);
    assert.ok(names.includes('x-frame-options'));
  });
