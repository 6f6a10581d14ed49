import { createCtx, noReply } from '#server/access/context.ts';
import { noteDenied } from '#server/access/note-denied.ts';
import type { Principal } from '#server/access/principal.ts';
import { permissionSchema, safeNext } from '#server/access/schema.ts';
import { AppError, invalid } from '#server/errors.ts';
import { identify } from '#server/http/admit.ts';
import type { Exchange } from '#server/http/exchange.ts';
import { isSafe } from '#server/http/request.ts';
import { resourceSchema } from '#server/verify/schema.ts';

const address = '/api/v1/auth/forward';

/**
 * For proxies that ask before they pass a request on: whoever sent it, by its token or session. 200 with the identity as
 * headers, all of them always, so that none that the caller made up gets through; else 401 or 403. Any method, and every path
 * below, since Envoy keeps both; the body is not read.
 */
export async function answerForward(exchange: Exchange): Promise<void> {
  const { res, facts } = exchange;
  facts.endpoint = `GET ${address}`;
  const wanted = readWanted(exchange);
  const { authorization, cookie } = exchange.req.headers;
  const principal = await identify(exchange, { authorization, cookie, isAsked: true });
  if (!principal) return sendToSignIn(exchange);
  assertFromForwardedSite(exchange, principal);
  if (wanted && !principal.permissions.has(wanted)) {
    res.setHeader(
      'WWW-Authenticate',
      `Bearer realm="Keyward", error="insufficient_scope", scope="${wanted}"`,
    );
    const refusal = new AppError('permission_denied', `This needs the permission ${wanted}.`);
    const ctx = createCtx(exchange.runtime, { request: facts, principal, reply: noReply });
    noteDenied(ctx, refusal, { permission: wanted });
    throw refusal;
  }
  res.writeHead(200, { ...identityOf(principal), 'Content-Length': 0 }).end();
}

function identityOf({ user, tenantId, origin }: Principal): Record<string, string> {
  return {
    'Keyward-User': user.id,
    'Keyward-Email': asHeader(user.email),
    'Keyward-Role': user.role,
    'Keyward-Tenant': tenantId,
    'Keyward-Credential': origin.kind === 'credential' ? origin.id : '',
  };
}

/** What is not ASCII is percent-encoded, as in a URL. */
function asHeader(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURI(text);
}

/** Below our own address both the path and the query are those of the service. */
function readWanted({ path, query }: Exchange) {
  if (query.size === 0 || path !== address) return undefined;
  const permission = query.get('permission');
  const resource = query.get('resource');
  if (resource !== null) assertResource(resource);
  if (permission === null) return undefined;
  const parsed = permissionSchema.safeParse(permission);
  if (!parsed.success) throw invalid('permission', 'There is no such permission.');
  return parsed.data;
}

/** What it is called is free for now: no credential is bound to resources yet, so none is refused for one. */
function assertResource(text: string): void {
  const colon = text.indexOf(':');
  const parsed = resourceSchema.safeParse({
    type: text.slice(0, Math.max(0, colon)),
    id: text.slice(colon + 1),
  });
  if (!parsed.success) throw invalid('resource', 'Write it as type:id.');
}

/** A cookie goes with every request that a browser sends to this host, also with what another site made it send. */
function assertFromForwardedSite({ req, runtime }: Exchange, { origin }: Principal): void {
  const method = forwarded(req.headers['x-forwarded-method']) ?? req.method;
  // What opens a WebSocket is a GET, and whichever page opened it may then write.
  const opensSocket = req.headers['sec-fetch-mode'] === 'websocket' || Boolean(req.headers.upgrade);
  if (origin.kind !== 'session' || (isSafe(method) && !opensSocket)) return;
  const { origin: from } = req.headers;
  const site = req.headers['sec-fetch-site'];
  if (from === undefined && (site === undefined || site === 'same-origin')) return;
  const host = forwarded(req.headers['x-forwarded-host']) ?? runtime.config.url.host;
  if (from !== undefined && URL.canParse(from) && new URL(from).host === host) return;
  throw new AppError('origin_not_allowed', 'This has to come from the site itself.');
}

/** A browser that asked for a page may be sent to sign in; back to where it was only on our own host. */
function sendToSignIn({ req, res, query, runtime }: Exchange): void {
  const wantsPage = /\btext\/html\b/.test(req.headers.accept ?? '');
  const method = forwarded(req.headers['x-forwarded-method']) ?? req.method;
  if (query.get('redirect') !== '1' || !wantsPage || method !== 'GET')
    throw new AppError('unauthenticated', 'Sign in, or send a token as "Authorization: Bearer <token>".');
  const { origin, host } = runtime.config.url;
  const isOurs = forwarded(req.headers['x-forwarded-host']) === host;
  const next = isOurs ? safeNext(forwarded(req.headers['x-forwarded-uri'])) : '/';
  const location = `${origin}/login${next === '/' ? '' : `?next=${encodeURIComponent(next)}`}`;
  res.writeHead(302, { Location: location, 'Content-Length': 0 }).end();
}

function forwarded(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
