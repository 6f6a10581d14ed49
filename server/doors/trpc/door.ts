import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import { asTrpcError, type Meta } from '#server/core/procedures/builders.ts';
import { toAppError } from '#server/core/procedures/problem.ts';
import { bodyLimitOf, bodyLimits, parseJson, readJson } from '#server/doors/http/body.ts';
import { openCtx, type Exchange } from '#server/doors/http/exchange.ts';
import { isSafe } from '#server/doors/http/origin.ts';
import { appRouter } from '#server/doors/trpc/app-router.ts';
import { AppError } from '#server/errors.ts';

export const maxBatchSize = 10;
const prefix = '/trpc/';
const procedures = appRouter._def.procedures as unknown as Record<
  string,
  { _def: { type: string; meta?: Meta } } | undefined
>;
const procedureAt = (path: string) => (Object.hasOwn(procedures, path) ? procedures[path]?._def : undefined);

/** The door of the web app. What it may not carry is refused here; all else is the procedures' own business. */
export async function answerTrpc(exchange: Exchange): Promise<void> {
  const { runtime, req, res, query, facts } = exchange;
  const path = exchange.path.slice(prefix.length);
  assertMethod(exchange);
  exchange.calls = assertBatch(path, query.get('batch') === '1');
  exchange.facts.endpoint = procedureAt(path) ? prefix + path : `${prefix}…`;
  if (isSafe(req.method)) parseJson(query.get('input') ?? 'null');
  const isStream = procedureAt(path)?.type === 'subscription';
  const body = isSafe(req.method) ? undefined : bodyReader(() => readText(exchange, path));
  const opened = openCtx(exchange, { isAsked: !isStream, ...(body && { read: body.read }) }).catch(
    (error: unknown) => refuseCtx(error, facts.id),
  );
  // tRPC asks for it, and tells why there is none, unless it finds fault with the request first.
  await opened.catch(() => {});
  // The adapter reads a body itself unless it finds one that was read already.
  if (body) Object.assign(req, { body: body.text() });
  // Whoever has gone is not heard to go again, and would count as one who watches.
  if (res.closed || req.socket.destroyed) return;
  // A stream is 200 before it is known what it will say: whoever is nobody, or watches too often, is refused while there is still a status.
  if (isStream) {
    const { principal } = await opened;
    if (!principal) throw new AppError('unauthenticated', 'Sign in, or send a token, to watch changes.');
    runtime.hub.refuseTooMany(principal);
  }
  await nodeHTTPRequestHandler({
    router: appRouter,
    req,
    res,
    path,
    maxBatchSize,
    createContext: () => opened,
    responseMeta: ({ errors }) => ({ headers: headersOf(errors.map(toAppError)) }),
    onError({ error, path: procedure }) {
      const refusal = toAppError(error);
      runtime.metrics?.refused(refusal.code);
      if (refusal.status < 500) return;
      runtime.log.error({ err: refusal.cause ?? refusal, requestId: facts.id, procedure }, refusal.code);
    },
  });
}

/** What is wrong with a body is no fault of a procedure: `text` throws it, so that it is told as one of the door. */
function bodyReader(readBody: () => Promise<string>) {
  let taken: { text: string } | { error: unknown } = { text: '' };
  return {
    async read() {
      try {
        taken = { text: await readBody() };
      } catch (error) {
        taken = { error };
        throw error;
      }
    },
    text() {
      if ('error' in taken) throw taken.error;
      return taken.text;
    },
  };
}

/** Of a batch the bodies of all of its calls are one. */
async function readText(exchange: Exchange, path: string): Promise<string> {
  const meta = procedureAt(path)?.meta ?? {};
  return (await readJson(exchange, bodyLimitOf(exchange, meta, bodyLimits.trpc)))?.text ?? '';
}

function headersOf(refusals: AppError[]): Headers {
  const headers = new Headers();
  if (refusals.some(({ status }) => status === 401))
    headers.set('WWW-Authenticate', 'Bearer realm="Keyward"');
  const waits = refusals.flatMap(({ retryAfterSeconds }) => retryAfterSeconds ?? []);
  if (waits.length > 0) headers.set('Retry-After', String(Math.max(...waits)));
  return headers;
}

function assertMethod({ req, res, query }: Exchange): void {
  if (!['GET', 'POST'].includes(req.method ?? '')) {
    res.setHeader('Allow', 'GET, POST');
    throw new AppError('method_not_allowed', 'Procedures take GET and POST.');
  }
  if (query.has('connectionParams'))
    throw new AppError('bad_request', 'Connection parameters are for subscriptions.');
  // A streamed answer is 200 before it is known what it will say.
  delete req.headers['trpc-accept'];
}

/** How many calls it is. A name needs no encoding: what is encoded all the same would be counted here as one and run as several. */
function assertBatch(path: string, isBatch: boolean): number {
  if (path.includes('%')) throw new AppError('bad_request', 'Write the names of procedures as they are.');
  const paths = path.split(',');
  if (!isBatch && paths.length === 1) return 1;
  if (paths.length > maxBatchSize) {
    throw new AppError('batch_not_allowed', `A batch may hold ${maxBatchSize} calls at most.`);
  }
  const alone = paths.find((path) => procedureAt(path) && procedures[path]?._def.meta?.unbatched);
  if (alone && isBatch)
    throw new AppError('batch_not_allowed', `${alone} is never part of a batch. Call it by itself.`);
  return paths.length;
}

/** Without a context tRPC does not know which request it formats an error for. */
function refuseCtx(error: unknown, requestId: string): never {
  throw asTrpcError(Object.assign(toAppError(error), { requestId }));
}
