import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Stands between a server and what it speaks to over TCP, and does to it what networks do. Nothing goes wrong until asked for. */
export interface FaultProxy extends AsyncDisposable {
  port: number;
  /** From now on everything takes this much longer, each way. */
  delay(ms: number): void;
  /** A black hole: nothing passes in either direction and nothing is closed. `word`: only where it was ever said. */
  swallow(word?: string): void;
  /** Resets what is open, and whatever opens. */
  reset(): void;
  /** Resets what is open; nobody listens any more. */
  refuse(): Promise<void>;
  /** All is well again. What lost something is reset: its ends no longer agree. */
  mend(): Promise<void>;
}

interface Pair {
  near: Socket;
  far: Socket;
  /** What was said last, to be known again by. */
  said: string;
  hasLost: boolean;
}

type Fault = { delayMs: number } | { swallows: string } | 'reset' | undefined;

const heardLength = 4_096;

/** `target`: a port of this machine, or the path of a socket. */
export async function openFaultProxy(target: number | string): Promise<FaultProxy> {
  const pairs = new Set<Pair>();
  let fault: Fault;
  const isSwallowed = ({ said }: Pair) =>
    typeof fault === 'object' && 'swallows' in fault && said.includes(fault.swallows);

  const server = createServer((near) => {
    if (fault === 'reset') return void near.resetAndDestroy();
    const far = typeof target === 'string' ? connect(target) : connect(target, '127.0.0.1');
    const pair: Pair = { near, far, said: '', hasLost: false };
    pairs.add(pair);
    near.on('data', (bytes: Buffer) => {
      pair.said = (pair.said + bytes.toString('latin1')).slice(-heardLength);
    });
    carry(pair, near, far);
    carry(pair, far, near);
  });

  /** Bytes, and that there are no more, arrive in the order in which they were sent, however late. */
  function carry(pair: Pair, from: Socket, to: Socket): void {
    let arrival = Promise.resolve();
    const pass = (deliver: () => void) => {
      const wait = typeof fault === 'object' && 'delayMs' in fault ? sleep(fault.delayMs) : undefined;
      arrival = arrival
        .then(() => wait)
        .then(() => {
          if (isSwallowed(pair)) pair.hasLost = true;
          else deliver();
        });
    };
    from.on('data', (bytes: Buffer) => {
      pass(() => {
        if (!to.destroyed && !to.write(bytes)) from.pause();
      });
    });
    to.on('drain', () => from.resume());
    from.on('end', () => pass(() => to.end()));
    from.on('error', () => {});
    from.on('close', () => {
      pass(() => to.destroy());
      if (to.destroyed) pairs.delete(pair);
    });
  }

  function resetAll(which: (pair: Pair) => boolean): void {
    for (const pair of pairs) {
      if (!which(pair)) continue;
      // Node spins at its end on a socket that was reset while it was being shut down.
      if (pair.near.writableEnded) pair.near.destroy();
      else pair.near.resetAndDestroy();
      pair.far.destroy();
      pairs.delete(pair);
    }
  }

  async function listen(port: number): Promise<void> {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  }

  async function closeListener(): Promise<void> {
    resetAll(() => true);
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  }

  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    delay: (ms) => void (fault = { delayMs: ms }),
    swallow: (word = '') => void (fault = { swallows: word }),
    reset() {
      fault = 'reset';
      resetAll(() => true);
    },
    refuse: closeListener,
    async mend() {
      fault = undefined;
      resetAll((pair) => pair.hasLost);
      if (!server.listening) await listen(port);
    },
    [Symbol.asyncDispose]: closeListener,
  };
}
