import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Config } from '#server/config.ts';
import { addressBlock } from '#server/core/network/address.ts';
import { bareAnswer } from '#server/doors/http/answer.ts';
import { peerOf } from '#server/doors/http/client-address.ts';

const counted = new WeakMap<Socket, () => void>();

/** Counts a connection no longer against its address: of one who is known, and has a limit of their own. */
export function stopCounting(socket: Socket): void {
  counted.get(socket)?.();
  counted.delete(socket);
}

/** Turns away the connections of an address, or of the IPv6 network of one subscriber, that holds too many already. A trusted proxy speaks for many and is not counted. */
export function limitConnections(server: Server, config: Config): void {
  const held = new Map<string, number>();
  const refusal = bareAnswer('429 Too Many Requests', config, [['Retry-After', '2']]);
  server.on('connection', (socket: Socket) => {
    const { address, isTrusted } = peerOf(socket, config);
    if (isTrusted) return;
    const block = addressBlock(address);
    const count = (held.get(block) ?? 0) + 1;
    if (count > config.maxConnectionsPerAddress) return void socket.end(refusal, () => socket.destroy());
    held.set(block, count);
    counted.set(socket, () => release(held, block));
    socket.once('close', () => stopCounting(socket));
  });
}

function release(held: Map<string, number>, block: string): void {
  const count = (held.get(block) ?? 1) - 1;
  if (count === 0) held.delete(block);
  else held.set(block, count);
}

const usualReadingMs = 12_000;
const patient = new WeakSet<Socket>();

/** Takes the limit on silence off a connection, whose door now bounds how long it may last. Returns what puts it back. */
export function allowSilence(socket: Socket): () => void {
  const usualMs = socket.timeout ?? 0;
  patient.add(socket);
  socket.setTimeout(0);
  return () => {
    patient.delete(socket);
    if (!socket.destroyed) socket.setTimeout(usualMs);
  };
}

/**
 * Lets go of whoever takes nothing of what waits for them, sooner than of whoever waits for us. Any progress starts their
 * time anew: a slow line is no offence.
 */
export function releaseIdleReaders(server: Server, usualMs: number, readingMs = usualReadingMs): void {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  const looking = setInterval(() => {
    for (const socket of open) {
      const isReading = socket.writableLength > 0;
      const silenceMs = patient.has(socket) ? 0 : usualMs;
      if (isReading && socket.timeout === silenceMs) socket.setTimeout(readingMs);
      else if (!isReading && socket.timeout === readingMs) socket.setTimeout(silenceMs);
    }
  }, 1_000).unref();
  server.once('close', () => clearInterval(looking));
}
