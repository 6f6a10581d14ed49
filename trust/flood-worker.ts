import { connect, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import type { FloodOrder } from './flood.ts';

const { origin, requests } = workerData as FloodOrder;
const { hostname, port } = new URL(origin);
const answered = new Map<number, number>();

for (const text of requests) {
  const request = Buffer.from(text, 'latin1');
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.on('connect', () => socket.write(request));
  onAnswers(socket, (status) => {
    answered.set(status, (answered.get(status) ?? 0) + 1);
    if (socket.writable) socket.write(request);
  });
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- of a window, which this is not
setInterval(() => parentPort?.postMessage(answered), 50);

/** Says the status of each answer once all of it is there: it says how long it is, or ends with an empty chunk. */
function onAnswers(socket: Socket, say: (status: number) => void): void {
  let [status, left] = [0, 0];
  socket.on('data', (part: Buffer) => {
    const text = part.toString('latin1');
    if (status === 0) {
      status = Number(text.slice(9, 12));
      const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
      left = length === undefined ? Infinity : text.indexOf('\r\n\r\n') + 4 + Number(length);
    }
    left -= part.length;
    if (left > 0 && !(left === Infinity && text.endsWith('\r\n0\r\n\r\n'))) return;
    say(status);
    status = 0;
  });
}
