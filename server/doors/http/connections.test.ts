import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { allowSilence, releaseIdleReaders } from '#server/doors/http/connections.ts';

const silenceMs = 200;

/** A server that lets go of silent connections sooner than ours does. */
async function open(respond: (res: ServerResponse, path: string) => void): Promise<Server & AsyncDisposable> {
  const server = createServer((req, res) => respond(res, req.url ?? ''));
  server.setTimeout(silenceMs);
  releaseIdleReaders(server, silenceMs, 2 * silenceMs);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(server, {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

const originOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

test('a connection may be silent where its door allows it, and nowhere else', async () => {
  await using server = await open((res, path) => {
    if (path === '/mcp' && res.socket) {
      const restore = allowSilence(res.socket);
      res.once('close', restore);
    }
    setTimeout(() => res.end('late'), 4 * silenceMs);
  });
  const allowed = await fetch(`${originOf(server)}/mcp`);
  assert.equal(await allowed.text(), 'late');
  await assert.rejects(fetch(`${originOf(server)}/other`));
});

test('a reader who takes nothing is let go all the same', async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await open((res) => {
    if (res.socket) allowSilence(res.socket);
    res.once('close', () => closed.resolve());
    res.write('x'.repeat(50_000_000));
  });
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  socket.pause();
  const isLetGo = await Promise.race([closed.promise.then(() => true), sleep(8_000, false)]);
  socket.destroy();
  assert.equal(isLetGo, true);
});
