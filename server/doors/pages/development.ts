import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import next from 'next';
import { takeOver, type Exchange } from '#server/doors/http/exchange.ts';
import type { StaticExport } from '#server/doors/pages/export.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
/** What reloading pages need and no server but a developer's may allow. */
const policy = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data:; frame-ancestors 'none'";

/** Pages that Next compiles when they are asked for and reloads when they are edited, in place of an export. */
export async function openDevelopmentPages(): Promise<StaticExport> {
  // Next listens for upgrades on the server it is given and closes those it does not know, our own among them.
  const dummy = createServer();
  const app = next({ dev: true, dir: root, httpServer: dummy });
  await app.prepare();
  const handle = app.getRequestHandler();
  // A server waits for its connections before it closes, and these would stay for ever.
  const reloading = new Set<Duplex>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => reloading.forEach((socket) => socket.destroy()));
  }
  const send = ({ req, res }: Exchange) => {
    res.setHeader('Content-Security-Policy', policy);
    void handle(req, res);
    return true;
  };
  return {
    sendPage: send,
    sendFile: send,
    upgrade(exchange) {
      const { req, upgrade } = exchange;
      if (!upgrade) return;
      const { socket, head } = upgrade;
      takeOver(exchange);
      if (!dummy.emit('upgrade', req, socket, head)) return void socket.destroy();
      reloading.add(socket.on('close', () => reloading.delete(socket)));
    },
  };
}
