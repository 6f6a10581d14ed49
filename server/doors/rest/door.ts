import findMyWay from 'find-my-way';
import type { Meta } from '#server/core/procedures/builders.ts';
import { Download } from '#server/core/procedures/download.ts';
import { sendJson } from '#server/doors/http/answer.ts';
import { bodyLimitOf, bodyLimits, readJson } from '#server/doors/http/body.ts';
import { openCtx, type Door, type Exchange } from '#server/doors/http/exchange.ts';
import { sendDownload } from '#server/doors/http/send-download.ts';
import { sendFile } from '#server/doors/pages/send-file.ts';
import { callProcedure } from '#server/doors/rest/call-procedure.ts';
import { hotCallOf } from '#server/doors/rest/hot-calls.ts';
import { openApiFile } from '#server/doors/rest/openapi.ts';
import { coerceQuery, fieldTypes, type FieldTypes } from '#server/doors/rest/query.ts';
import { restPrefix, restRoutes, type RestRoute } from '#server/doors/rest/routes.ts';
import { AppError, invalid } from '#server/errors.ts';

type Handler = (exchange: Exchange, params: Record<string, string | undefined>) => Promise<void> | void;

const methods = ['GET', 'POST', 'PATCH', 'DELETE', 'PUT'] as const;

/** The REST door: every procedure with a place in the API, and the document that describes them. */
export const answerRest: Door = createRestDoor();

function createRestDoor(): Door {
  const router = findMyWay({ maxParamLength: 200 });
  const handlers = new Map<unknown, Handler>();
  const add = (method: (typeof methods)[number], path: string, handler: Handler) => {
    const store = {};
    handlers.set(store, handler);
    router.on(method, restPrefix + path.replace(/\{(\w+)\}/g, ':$1'), () => {}, store);
  };
  for (const route of restRoutes()) add(route.rest.method, route.rest.path, handlerOf(route));
  add('GET', '/openapi.json', (exchange) => sendFile(exchange, openApiFile(exchange.runtime.config.url)));

  return (exchange) => {
    const { req, path } = exchange;
    const method = req.method === 'HEAD' ? 'GET' : req.method;
    const match = router.find(method as 'GET', path);
    const handler = match && handlers.get(match.store);
    if (!handler)
      throw refusal(
        exchange,
        methods.filter((other) => router.find(other, path)),
      );
    return handler(exchange, match.params);
  };
}

function refusal({ res }: Exchange, allowed: string[]): AppError {
  if (allowed.length === 0) return new AppError('not_found', 'There is nothing at this address of the API.');
  res.setHeader(
    'Allow',
    allowed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : method)).join(', '),
  );
  return new AppError('method_not_allowed', `This address takes ${allowed.join(' and ')}.`);
}

function handlerOf(route: RestRoute): Handler {
  const types = fieldTypes(route);
  const hot = hotCallOf(route);
  const hasBody = route.rest.method !== 'GET';
  return async (exchange, params) => {
    exchange.facts.endpoint = `${route.rest.method} ${restPrefix}${route.rest.path}`;
    let input: Fields = {};
    const gather = (inBody: Fields) => void (input = gatherInput(exchange, { route, types, params, inBody }));
    // What has no body has nothing to wait for.
    const read = () => (hasBody ? readBodyFields(exchange, route.meta).then(gather) : gather({}));
    const ctx = await openCtx(exchange, { read });
    const result: unknown = await (hot ? hot(ctx, input) : callProcedure(route, ctx, input));
    const { res } = exchange;
    if (result instanceof Download) await sendDownload(exchange, result);
    else if (route.rest.status === 204) res.writeHead(204).end();
    else sendJson(res, route.rest.status, result);
  };
}

type Fields = Record<string, unknown>;

interface Given {
  route: RestRoute;
  types: FieldTypes;
  params: Record<string, string | undefined>;
  inBody: Fields;
}

/** Fields come from the path, and from the query of a GET or the body of all else; a DELETE may use either. */
function gatherInput(
  { query }: Exchange,
  { route: { rest, pathFields }, types, params, inBody }: Given,
): Fields {
  if (query.size > 0 && (rest.method === 'POST' || rest.method === 'PATCH')) {
    throw invalid([...query.keys()][0] ?? '', 'Send this in the body, not in the address.');
  }
  const fields = { ...coerceQuery(query, types), ...inBody };
  if (pathFields.length === 0) return fields;
  const doubled = pathFields.find((field) => Object.hasOwn(fields, field));
  if (doubled) throw invalid(doubled, 'This stands in the path already.');
  const inPath = Object.entries(params).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return { ...fields, ...coerceQuery(new URLSearchParams(inPath), types) };
}

async function readBodyFields(exchange: Exchange, meta: Meta): Promise<Fields> {
  const value = (await readJson(exchange, bodyLimitOf(exchange, meta, bodyLimits.rest)))?.value ?? {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw invalid('', 'The body has to be a JSON object.');
  return value as Fields;
}
