import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** A wire between a server and its database that can be cut without either being told. */
export interface Wire extends AsyncDisposable {
  port: number;
  /** From now on nothing passes on connections that ever said `word`, in either direction, and none is closed. */
  swallow(word: string): void;
  /** It passes again: what was sent meanwhile is lost, and so are the connections that it was lost from. */
  mend(): void;
}

const heardLength = 4_096;

/** `target`: a port of this machine, or the path of a socket. */
export async function openWire(target: number | string): Promise<Wire> {
  let cutWord: string | undefined;
  const pairs = new Set<[Socket, Socket]>();
  const server = createServer((near) => {
    const far = typeof target === 'string' ? connect(target) : connect(target, '127.0.0.1');
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    let said = '';
    const isCut = () => cutWord !== undefined && said.includes(cutWord);
    near.on('data', (bytes: Buffer) => {
      said = (said + bytes.toString('latin1')).slice(-heardLength);
      if (!isCut()) far.write(bytes);
    });
    far.on('data', (bytes: Buffer) => void (isCut() || near.write(bytes)));
    for (const [one, other] of [pair, [far, near]] as const) {
      one.on('error', () => {});
      one.on('close', () => {
        pairs.delete(pair);
        if (!isCut()) other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const drop = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    swallow: (word) => void (cutWord = word),
    mend() {
      cutWord = undefined;
      drop();
    },
    async [Symbol.asyncDispose]() {
      drop();
      server.close();
      await once(server, 'close');
    },
  };
}
