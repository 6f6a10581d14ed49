import type { ServerResponse } from 'node:http';
import { openHttpServer, type HttpServer } from '#server/testing/mcp/http-server.ts';

/** Answers with a page, as a server does behind a sign-in or a wrong address. */
export function openGarbageServer(): Promise<HttpServer> {
  return openHttpServer((_, res) =>
    res.setHeader('Content-Type', 'text/html').end('<!doctype html><title>Welcome</title>'),
  );
}

/** Takes a request and says nothing. */
export function openSilentServer(): Promise<HttpServer> {
  return openHttpServer(() => {});
}

/** Redirects all that it is asked. */
export function openRedirectingServer(to: string, host?: string): Promise<HttpServer> {
  return openHttpServer((_, res) => res.writeHead(307, { Location: to }).end(), host ? { host } : {});
}

/** Asks for a password. */
export function openLockedServer(): Promise<HttpServer> {
  return openHttpServer((_, res) => res.writeHead(401).end());
}

/** Answers with as much as is taken, up to that: `sent` says how much that was. */
export async function openFloodingServer(bytes = 100_000_000): Promise<HttpServer & { sent(): number }> {
  const state = { sent: 0 };
  const server = await openHttpServer((_, res) => {
    res.setHeader('Content-Type', 'text/event-stream');
    pour(res, bytes, state);
  });
  return Object.assign(server, { sent: () => state.sent });
}

const chunk = Buffer.alloc(64 * 1_024, 'x');

function pour(res: ServerResponse, bytes: number, state: { sent: number }): void {
  while (!res.destroyed && state.sent < bytes) {
    state.sent += chunk.length;
    if (!res.write(chunk)) {
      res.once('drain', () => pour(res, bytes, state));
      return;
    }
  }
  res.end();
}
