import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { addressBlock, canonicalAddress } from '#server/access/address.ts';
import type { Config } from '#server/config.ts';
import { bareAnswer } from '#server/http/answer.ts';
import { isTrustedProxy } from '#server/http/request.ts';

/** Turns away the connections of an address, or of the IPv6 network of one subscriber, that holds too many already. A trusted proxy speaks for many and is not counted. */
export function limitConnections(server: Server, config: Config): void {
  const held = new Map<string, number>();
  const refusal = bareAnswer('429 Too Many Requests', config, [['Retry-After', '2']]);
  server.on('connection', (socket: Socket) => {
    const address = canonicalAddress(socket.remoteAddress ?? '') ?? '';
    if (isTrustedProxy(address, 0, config.trustedProxies)) return;
    const block = addressBlock(address);
    const count = (held.get(block) ?? 0) + 1;
    if (count > config.maxConnectionsPerAddress) return void socket.end(refusal, () => socket.destroy());
    held.set(block, count);
    socket.once('close', () => release(held, block));
  });
}

function release(held: Map<string, number>, block: string): void {
  const count = (held.get(block) ?? 1) - 1;
  if (count === 0) held.delete(block);
  else held.set(block, count);
}
