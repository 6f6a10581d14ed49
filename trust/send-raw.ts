import { once } from 'node:events';
import { connect } from 'node:net';

/** What came back over a connection on which nothing but this was sent. */
export interface RawAnswer {
  status: number;
  /** By their names in lower case; of those given twice, the last. */
  headers: Record<string, string>;
  body: string;
}

/**
 * Sends bytes as they are, which no client that minds its HTTP would, and hears out what comes back. `from`: the address of
 * this machine to call from.
 */
export async function sendRaw(
  origin: string,
  text: string,
  { from }: { from?: string } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port), ...(from && { localAddress: from }) });
  let answered = '';
  socket.setEncoding('latin1').on('data', (part: string) => (answered += part));
  socket.on('error', () => {});
  socket.write(text, 'latin1');
  const late = setTimeout(() => socket.destroy(), 5_000);
  await once(socket, 'close');
  clearTimeout(late);
  return parse(answered);
}

/** A request as it goes over the wire: its first line and headers, and its body. */
export function requestText(lines: readonly string[], body = ''): string {
  return [...lines, `Content-Length: ${body.length}`, 'Connection: close', '', body].join('\r\n');
}

function parse(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return {
    status: Number(first.split(' ')[1] ?? 0),
    headers: Object.fromEntries(headers),
    body: text.slice(end + 4),
  };
}
