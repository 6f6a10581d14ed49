import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { test } from 'node:test';
import { describeFailures, failuresOf, runLoad } from '#server/testing/load-client.ts';

const answer = (status: string, body: string, length = body.length) =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;

/** What a server may do to a request, in turn. */
const ways: ((socket: Socket) => void)[] = [
  (socket) => socket.write(answer('200 OK', '{}')),
  (socket) => socket.write(answer('503 Service Unavailable', '{"code":"unavailable"}')),
  (socket) => socket.end(answer('200 OK', '{"half":', 99)),
  (socket) => socket.resetAndDestroy(),
  () => {},
  (socket) => socket.end(answer('200 OK', '{}').replace('\r\n', '\r\nConnection: close\r\n')),
];

test('every request of a load is in exactly one count, and none is made twice', async () => {
  let seen = 0;
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.on('error', () => {});
    socket.on('data', () => ways[seen++ % ways.length]?.(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const tally = await runLoad({
    clients: 1,
    requests: 12,
    timeoutMs: 100,
    ask: (client) => client.ask(`http://127.0.0.1:${port}`, { path: '/' }),
  });
  server.close();
  const { slowestMs, ...counts } = tally;
  assert.deepEqual(counts, {
    asked: 12,
    good: 4,
    refused: { '503 unavailable': 2 },
    unreachable: 0,
    torn: 4,
    silent: 2,
  });
  assert.ok(slowestMs >= 100);
  assert.equal(seen, 12);
  assert.equal(connections, 8, 'a new one wherever it was closed, and nowhere else');
  assert.equal(failuresOf(tally), 8);
  assert.equal(describeFailures(tally), '4 torn, 2 silent, 2 × 503 unavailable');
});

test('where nobody listens nothing was sent', async () => {
  const tally = await runLoad({
    clients: 2,
    requests: 3,
    ask: (client) => client.ask('http://127.0.0.1:1', { path: '/' }),
  });
  assert.equal(tally.unreachable, 3);
});
