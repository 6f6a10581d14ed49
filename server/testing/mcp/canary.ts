import { openHttpServer, type HttpServer } from '#server/testing/mcp/http-server.ts';

/** Something on loopback that nothing may reach: it counts what does. */
export function openCanary(): Promise<HttpServer> {
  return openHttpServer((_, res) =>
    res.setHeader('Content-Type', 'application/json').end('{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}'),
  );
}
