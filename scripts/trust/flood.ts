import { connect, type Socket } from 'node:net';

/** Many connections that ask the same again and again, each once it was answered. */
export interface Flood extends Disposable {
  /** How many answers there were so far, by status. */
  answered: ReadonlyMap<number, number>;
}

/**
 * By bare sockets: a client that parses its answers would keep this process so busy that whoever measures here would measure
 * that. `ask`: the request of a connection, whole.
 */
export function openFlood(origin: string, connections: number, ask: (at: number) => string): Flood {
  const answered = new Map<number, number>();
  const { hostname, port } = new URL(origin);
  const sockets = Array.from({ length: connections }, (_, at) => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    const request = Buffer.from(ask(at), 'latin1');
    socket.on('connect', () => socket.write(request));
    onAnswers(socket, (status) => {
      answered.set(status, (answered.get(status) ?? 0) + 1);
      if (socket.writable) socket.write(request);
    });
    return socket;
  });
  return {
    answered,
    [Symbol.dispose]: () => sockets.forEach((socket) => socket.destroy()),
  };
}

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

/** A request without a body, on a connection that stays open. */
export function getText(path: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ Host: 'localhost', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** The same with a body of JSON. */
export function postText(path: string, headers: Readonly<Record<string, string>>, body: string): string {
  const all = { ...headers, 'Content-Type': 'application/json', 'Content-Length': String(body.length) };
  return getText(path, all).replace(/^GET/, 'POST') + body;
}
