import { sendJson } from '#server/doors/http/answer.ts';
import { allowSilence } from '#server/doors/http/connections.ts';
import type { Exchange } from '#server/doors/http/exchange.ts';
import { streamLimits } from '#server/doors/mcp/schema.ts';

/** The answer to one request: JSON, or an event stream once something is to be said before it. */
export interface Reply {
  /** Aborts once the caller is gone. */
  signal: AbortSignal;
  /** Sends a notification before the answer; leaves it out where none can be sent, or the caller does not keep up. */
  notify(method: string, params: object): void;
  /** Makes a stream of it now. False: the caller takes none, or this server holds as many as it may. */
  stream(): boolean;
  isStream(): boolean;
  finish(message: object, status?: number): void;
  /** Ends it without an answer. */
  leave(): void;
}

const head = {
  'Content-Type': 'text/event-stream',
  // A proxy that packs or gathers it would hold back what was said.
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
};

/** Opens the answer to a request that was read. For as long as it lasts the connection may be silent. */
export function openReply({ runtime, req, res }: Exchange): Reply {
  const gone = new AbortController();
  const restore = allowSilence(req.socket);
  let closeStream: (() => void) | undefined;
  const keepAlive = setInterval(() => {
    if (stream()) res.write(': still here\n\n');
  }, streamLimits.keepAliveMs);
  const close = () => {
    clearInterval(keepAlive);
    closeStream?.();
    restore();
    gone.abort('gone');
  };
  // Who went while the request was read is not heard to go again.
  if (res.closed) close();
  else res.once('close', close);

  function stream(): boolean {
    if (closeStream) return true;
    if (!acceptsEvents(req.headers.accept) || res.headersSent || res.destroyed) return false;
    closeStream = runtime.openCalls.openStream();
    if (!closeStream) return false;
    res.writeHead(200, head);
    res.flushHeaders();
    return true;
  }

  const write = (message: object) => void res.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);

  return {
    signal: gone.signal,
    stream,
    isStream: () => closeStream !== undefined,
    notify(method, params) {
      if (stream() && res.writableLength < streamLimits.waitingBytes)
        write({ jsonrpc: '2.0', method, params });
    },
    finish(message, status = 200) {
      clearInterval(keepAlive);
      if (res.destroyed) return;
      if (!closeStream) return sendJson(res, status, message);
      write(message);
      res.end();
    },
    leave() {
      if (!res.headersSent) res.writeHead(202, { 'Content-Length': 0 });
      res.end();
    },
  };
}

function acceptsEvents(accept = ''): boolean {
  return /text\/(event-stream|\*)|\*\/\*/i.test(accept);
}
