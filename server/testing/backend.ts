import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A service that knows nothing of Keyward and stands behind a proxy. */
export interface Backend extends AsyncDisposable {
  port: number;
  /** What reached it. */
  requests: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[];
}

/** Echoes; `/events` is a stream that never ends; what is upgraded gets its bytes back. */
export async function startBackend(): Promise<Backend> {
  const requests: Backend['requests'] = [];
  const server = createServer((req, res) => {
    void text(req).then((body) => {
      requests.push({ method: req.method ?? '', url: req.url ?? '', headers: req.headers, body });
      if (req.url !== '/events') return res.end(JSON.stringify(req.headers));
      return res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: first\n\n');
    });
  });
  server.on('upgrade', (req, socket) => {
    requests.push({ method: 'UPGRADE', url: req.url ?? '', headers: req.headers, body: '' });
    const accept = acceptOf(req.headers['sec-websocket-key'] ?? '');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** What a browser waits for, RFC 6455, section 4.2.2. */
const acceptOf = (key: string) =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

/** Asks for an upgrade, to a WebSocket unless the headers say what else, and sends a word over it. Resolves to what came back, or to the status of the refusal. */
export async function upgrade(origin: string, headers: Record<string, string>): Promise<string | number> {
  const asking = request(`${origin}/socket`, {
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      ...headers,
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    },
  });
  asking.end();
  return new Promise((resolve, reject) => {
    asking.on('error', reject);
    asking.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asking.on('upgrade', (_, socket) => {
      socket.once('data', (data: Buffer) => {
        resolve(data.toString());
        socket.destroy();
      });
      socket.write('hello');
    });
  });
}
