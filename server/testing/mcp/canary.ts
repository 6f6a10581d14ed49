import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface CanaryHit {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Something on loopback that nothing may reach, or that must see nothing it should not: it keeps all that it is sent. */
export interface Canary extends AsyncDisposable {
  port: number;
  /** Connections that were opened, whatever came through them. */
  connections: number;
  hits: CanaryHit[];
}

export async function openCanary(): Promise<Canary> {
  const canary = { port: 0, connections: 0, hits: [] as CanaryHit[] };
  const server = createServer((req, res) => {
    const { method = '', url = '', headers } = req;
    void text(req).then((body) => {
      canary.hits.push({ method, url, headers, body });
      res.setHeader('Content-Type', 'application/json').end('{"jsonrpc":"2.0","id":0,"result":{"tools":[]}}');
    });
  });
  server.on('connection', () => canary.connections++);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  canary.port = (server.address() as AddressInfo).port;
  return Object.assign(canary, {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  });
}
