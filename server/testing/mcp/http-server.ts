import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Hit {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A server on loopback that keeps all that it is sent. */
export interface HttpServer extends AsyncDisposable {
  port: number;
  /** Where it speaks MCP, if it does. */
  url: string;
  hits: Hit[];
  /** Connections that were opened, with a request or without. */
  connections(): number;
}

export type Respond = (hit: Hit, res: ServerResponse, req: IncomingMessage) => unknown;

export async function openHttpServer(
  respond: Respond,
  { port = 0, host = '127.0.0.1' }: { port?: number | undefined; host?: string } = {},
): Promise<HttpServer> {
  const hits: Hit[] = [];
  let connections = 0;
  const server = createServer((req, res) => {
    const { method = '', url = '', headers } = req;
    void text(req).then((body) => {
      const hit = { method, url, headers, body };
      hits.push(hit);
      return respond(hit, res, req);
    });
  });
  server.on('connection', () => connections++);
  server.listen(port, host);
  await once(server, 'listening');
  const opened = (server.address() as AddressInfo).port;
  return {
    port: opened,
    url: `http://${host}:${opened}/mcp`,
    hits,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
