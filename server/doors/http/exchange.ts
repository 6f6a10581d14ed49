import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Party, Release } from '#db/turns.ts';
import { type AnyoneCtx, createCtx, type RequestFacts, type Runtime } from '#server/core/access/context.ts';
import type { Principal } from '#server/core/access/principal.ts';
import { toAppError } from '#server/core/procedures/problem.ts';
import { soonDays } from '#server/core/secrets/schema.ts';
import { identify } from '#server/doors/http/admit.ts';
import { sendProblem, sendProblemPage } from '#server/doors/http/answer.ts';
import type { PresetResponse } from '#server/doors/http/preset-response.ts';
import { acceptsHtml } from '#server/doors/http/request.ts';
import type { AppError } from '#server/errors.ts';

/** One request and its answer, on their way through a door. */
export interface Exchange {
  runtime: Runtime;
  req: IncomingMessage;
  res: PresetResponse;
  facts: RequestFacts;
  /** The path without the query, as it was sent. */
  path: string;
  query: URLSearchParams;
  /** Known more exactly once it was found out who asks. */
  caller: Party;
  /** As how many calls it counts: those of a batch. */
  calls: number;
  /** What is given back when all is done. */
  held: Release[];
  /** People come here by links: what is refused is told as a page. */
  isForPeople: boolean;
  /** Where a WebSocket is asked for: what came of it, and the connection. */
  upgrade?: { socket: Socket; head: Buffer };
  /** The server was asked to stop: requests had better go to another. */
  isLeaving: boolean;
}

/** A way in: REST, tRPC, pages. It answers, or throws what `sendProblem` then says. */
export type Door = (exchange: Exchange) => void | Promise<void>;

interface Opening {
  /** A person or program asks, rather than an open page by itself, which keeps no session alive. Left out: yes. */
  isAsked?: boolean;
  /** Reads the body, where the call has one. */
  read?: () => Promise<void> | void;
}

/** The context of a request's commands. Throws what `identify` throws. */
export async function openCtx(
  exchange: Exchange,
  { isAsked = true, read }: Opening = {},
): Promise<AnyoneCtx> {
  const { runtime, req, res, facts } = exchange;
  const { authorization, cookie } = req.headers;
  const principal = await identify(exchange, { authorization, cookie, isAsked }, read);
  warnOfExpiry(res, principal, runtime.clock.now());
  const reply = { setCookie: (value: string) => void res.appendHeader('Set-Cookie', value) };
  return createCtx(runtime, { request: facts, principal, reply });
}

/** Lets another protocol have the connection: nothing more is answered on it. */
export function takeOver({ req, res }: Exchange): void {
  res.statusCode = 101;
  res.detachSocket(req.socket);
  res.emit('close');
}

const expirySoonMs = soonDays * 86_400_000;

/** For programs: their token ends soon. */
function warnOfExpiry(res: ServerResponse, principal: Principal | null, at: Date): void {
  if (principal?.origin.kind !== 'credential') return;
  const { expiresAt } = principal.origin;
  if (expiresAt && expiresAt.getTime() - at.getTime() <= expirySoonMs)
    res.setHeader('Keyward-Token-Expires', expiresAt.toISOString());
}

/** Gives back what an exchange holds. */
export function releaseHeld({ held }: Exchange): void {
  for (const release of held.splice(0)) release();
}

/** Answers what a door threw, and logs it if it is our fault. */
export function refuse(exchange: Exchange, error: unknown): void {
  const { req, res, facts, isForPeople } = exchange;
  const refusal = noteRefusal(exchange, error);
  const send = isForPeople && acceptsHtml(req) ? sendProblemPage : sendProblem;
  send(res, refusal, facts.id);
}

/** Counts a refusal, and logs a fault of ours. Returns what may be said of it. */
export function noteRefusal({ runtime, facts }: Exchange, error: unknown): AppError {
  const refusal = toAppError(error);
  runtime.metrics?.refused(refusal.code);
  if (refusal.status < 500) return refusal;
  // An issuer that is away is no fault of this server.
  const level = refusal.code === 'oidc_unavailable' ? 'warn' : 'error';
  runtime.log[level]({ err: refusal.cause ?? refusal, requestId: facts.id }, refusal.code);
  return refusal;
}
