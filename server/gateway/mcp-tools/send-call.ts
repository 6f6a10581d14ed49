import type { Agent } from 'undici';
import { faultOfError, faultOfStatus, type UpstreamFault } from '#server/core/upstream/fault.ts';
import { AnswerTooLargeError, bounded } from '#server/core/upstream/fetch-upstream.ts';
import { readAnswer, type Message } from '#server/gateway/mcp-tools/read-answer.ts';

/** How far a call has come, as its server says. */
export interface Progress {
  progress: number;
  total?: number | undefined;
  message?: string | undefined;
}

export interface OutgoingCall {
  url: string;
  headers: Record<string, string>;
  /** The request of JSON-RPC; its progress token is its id. */
  request: { id: number; [field: string]: unknown };
  /** How long it may be silent: progress begins that anew. */
  silentMs: number;
  totalMs: number;
  maxBytes: number;
  /** Its caller is gone. */
  signal: AbortSignal;
  onProgress(progress: Progress): void;
}

/** `silent` and `overtime` are ours: it took longer than it may. */
export type SendFault = UpstreamFault | 'too_large' | 'cancelled' | 'silent' | 'overtime';

export type Sent =
  | { ok: true; message: Message }
  | { ok: false; fault: SendFault; /** Nothing listened there, so it was not sent. */ isUnsent?: boolean };

/** Sends one request and waits for its answer. Ending it ends the request upstream, which a server takes for a cancellation. */
export async function sendCall(agent: Agent, call: OutgoingCall): Promise<Sent> {
  const ending = new AbortController();
  const end = (fault: SendFault) => ending.abort(fault);
  const silence = setTimeout(() => end('silent'), call.silentMs);
  const overtime = setTimeout(() => end('overtime'), call.totalMs);
  const leave = () => end('cancelled');
  call.signal.addEventListener('abort', leave);
  if (call.signal.aborted) leave();
  try {
    return await exchange(agent, call, { signal: ending.signal, onSign: () => silence.refresh() });
  } catch (error) {
    const isUnsent = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
    return { ok: false, fault: faultOf(error, ending.signal), isUnsent };
  } finally {
    clearTimeout(silence);
    clearTimeout(overtime);
    call.signal.removeEventListener('abort', leave);
    // What is still coming in would hold the connection. A reason of ours costs less than the error that is made without one.
    ending.abort('cancelled' satisfies SendFault);
  }
}

interface Watch {
  signal: AbortSignal;
  onSign(): void;
}

async function exchange(agent: Agent, call: OutgoingCall, { signal, onSign }: Watch): Promise<Sent> {
  const { origin, pathname, search } = new URL(call.url);
  const answer = await agent.request({
    origin,
    path: pathname + search,
    method: 'POST',
    headers: {
      ...call.headers,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify(call.request),
    signal,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const fault = faultOfStatus(answer.statusCode);
  if (fault) return { ok: false, fault };
  const contentType = String(answer.headers['content-type'] ?? '');
  for await (const message of readAnswer(bounded(answer.body, call.maxBytes), contentType)) {
    if (message['id'] === call.request.id && ('result' in message || 'error' in message))
      return { ok: true, message };
    const progress = progressOf(message, call.request.id);
    if (progress) {
      onSign();
      call.onProgress(progress);
    }
  }
  return { ok: false, fault: 'not_mcp' };
}

function progressOf({ method, params }: Message, token: number): Progress | undefined {
  if (method !== 'notifications/progress' || typeof params !== 'object' || params === null) return undefined;
  const { progressToken, progress, total, message } = params as Record<string, unknown>;
  if (progressToken !== token || typeof progress !== 'number') return undefined;
  return {
    progress,
    total: typeof total === 'number' ? total : undefined,
    message: typeof message === 'string' ? message : undefined,
  };
}

function faultOf(error: unknown, ending: AbortSignal): SendFault {
  if (ending.aborted) return ending.reason as SendFault;
  if (error instanceof AnswerTooLargeError) return 'too_large';
  return error instanceof SyntaxError ? 'not_mcp' : (faultOfError(error) ?? 'unreachable');
}
