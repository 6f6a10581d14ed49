import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { canonicalAddress } from '#server/access/address.ts';
import type { Config } from '#server/config.ts';
import { isTrustedProxy } from '#server/http/request.ts';

const refusal =
  'HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n';

/** Turns away the connections of an address that holds too many already. A trusted proxy speaks for many and is not counted. */
export function limitConnections(server: Server, config: Config): void {
  const held = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = canonicalAddress(socket.remoteAddress ?? '') ?? '';
    if (isTrustedProxy(address, 0, config.trustedProxies)) return;
    const count = (held.get(address) ?? 0) + 1;
    if (count > config.maxConnectionsPerAddress) return void socket.end(refusal, () => socket.destroy());
    held.set(address, count);
    socket.once('close', () => release(held, address));
  });
}

function release(held: Map<string, number>, address: string): void {
  const count = (held.get(address) ?? 1) - 1;
  if (count === 0) held.delete(address);
  else held.set(address, count);
}
