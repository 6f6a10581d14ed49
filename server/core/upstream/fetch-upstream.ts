import { Readable } from 'node:stream';
import type { Agent } from 'undici';
import { faultOfError, faultOfStatus, type UpstreamFault } from '#server/core/upstream/fault.ts';

/** An upstream answered more than it may. */
export class AnswerTooLargeError extends Error {}

export interface FetchOptions {
  maxBytes: number;
  signal: AbortSignal;
  /** Hears what went wrong, since what fetches may not pass it on. */
  onFault(fault: UpstreamFault): void;
}

/** `fetch` for the SDK, by the guarded agent: without redirects, cookies, proxies and decompression, and of bounded answers. */
export function createUpstreamFetch(agent: Agent, { maxBytes, signal, onFault }: FetchOptions) {
  return async (address: string | URL, init: RequestInit = {}): Promise<Response> => {
    const { origin, pathname, search } = new URL(address);
    try {
      const answer = await agent.request({
        origin,
        path: pathname + search,
        method: init.method ?? 'GET',
        headers: Object.fromEntries(new Headers(init.headers)),
        body: typeof init.body === 'string' ? init.body : null,
        signal: init.signal ? AbortSignal.any([signal, init.signal]) : signal,
      });
      const fault = faultOfStatus(answer.statusCode);
      if (fault) onFault(fault);
      return toResponse(answer.statusCode, answer.headers, bounded(answer.body, maxBytes));
    } catch (error) {
      onFault(faultOfError(error) ?? 'unreachable');
      throw error;
    }
  };
}

/** Fails an answer once it is longer than that. */
export async function* bounded(body: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new AnswerTooLargeError();
    yield chunk;
  }
}

const bodiless = [204, 205, 304];

function toResponse(
  status: number,
  fields: Record<string, string | string[] | undefined>,
  body: AsyncGenerator<Buffer>,
): Response {
  const headers = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  const stream = bodiless.includes(status) ? null : Readable.toWeb(Readable.from(body));
  return new Response(stream as ReadableStream<Uint8Array> | null, { status, headers });
}
