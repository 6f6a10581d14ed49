import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { CliError } from './errors.ts';

export interface RequestOptions {
  method: string;
  headers: Record<string, string>;
  body?: string | undefined;
  /** Until the whole answer is there. */
  timeoutMs: number;
}

/** Until there is a connection: a server that is there makes one in a moment. */
const connectMs = 10_000;

export interface Answer {
  status: number;
  isOk: boolean;
  header(name: string): string | undefined;
  /** What a browser would send back. */
  cookies: string[];
  body: IncomingMessage;
  text(): Promise<string>;
}

/**
 * Asks a server, and follows no redirect. Not by `fetch`: loading it takes longer (100 ms on Node 20) than all else that a command
 * does. Rejects with what Node says where there is no answer.
 */
export function ask(url: string, { method, headers, body, timeoutMs }: RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? requestHttps : requestHttp;
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const signal = AbortSignal.timeout(timeoutMs);
    const asked = request(url, { method, headers: { ...headers, ...length }, signal }, (response) =>
      resolve(toAnswer(response)),
    );
    asked.on('error', reject);
    asked.on('socket', (socket) => {
      if (!socket.connecting) return;
      const giveUp = () => asked.destroy(Object.assign(new Error('No connection'), { code: 'ETIMEDOUT' }));
      const waiting = setTimeout(giveUp, connectMs);
      const done = () => clearTimeout(waiting);
      socket.once(url.startsWith('https:') ? 'secureConnect' : 'connect', done).once('close', done);
    });
    asked.end(body);
  });
}

function toAnswer(response: IncomingMessage): Answer {
  const status = response.statusCode ?? 0;
  return {
    status,
    isOk: status >= 200 && status < 300,
    header: (name) => [response.headers[name] ?? []].flat()[0],
    cookies: (response.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0] ?? ''),
    body: response,
    text: () => readText(response),
  };
}

/** More than any answer that is read whole; what may be longer is streamed. */
const longestText = 50_000_000;

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestText)
      throw new CliError('unreachable', 'The server sends more than any Keyward does.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
