import { openHttpServer, type HttpServer } from '#server/testing/mcp/http-server.ts';

/** Something on loopback that nothing may reach: it counts what does. */
export function openCanary(): Promise<HttpServer> {
  return openHttpServer((_, res) => res.writeHead(404).end());
}
