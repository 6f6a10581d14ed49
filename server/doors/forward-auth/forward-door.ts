import { z } from 'zod';
import { createCtx, noReply, type Ctx } from '#server/core/access/context.ts';
import type { Principal } from '#server/core/access/principal.ts';
import {
  permissionSchema,
  resourceTextSchema,
  safeNext,
  type Permission,
} from '#server/core/access/schema.ts';
import { noteDenied } from '#server/core/authentication/note-denied.ts';
import { requirePermission, signInFirst } from '#server/core/authentication/require-permission.ts';
import { requireResource } from '#server/core/authentication/require-resource.ts';
import { identify } from '#server/doors/http/admit.ts';
import type { Exchange } from '#server/doors/http/exchange.ts';
import type { DoorOperation } from '#server/doors/http/operation.ts';
import { acceptsHtml } from '#server/doors/http/request.ts';
import { AppError, invalid } from '#server/errors.ts';

const address = '/api/v1/auth/forward';

const forwardQuery = z.object({
  permission: permissionSchema.optional().meta({
    description: 'Has to be held. Without it a token that was narrowed to some permissions is refused.',
  }),
  resource: resourceTextSchema
    .optional()
    .meta({ description: '`type:id` that has to be within reach; a session reaches everything.' }),
  redirect: z
    .literal('1')
    .optional()
    .meta({ description: 'Redirects a browser without a session to the sign-in page (302).' }),
});

const forwardHeaders = z.object({
  'Keyward-User': z.string().meta({ description: 'Id of the person; empty for a key.' }),
  'Keyward-Email': z.string().meta({ description: 'What is not ASCII is percent-encoded.' }),
  'Keyward-Role': z.string().meta({ description: 'Of the person.' }),
  'Keyward-Tenant': z.string(),
  'Keyward-Credential': z.string().meta({ description: 'Id of the token; empty for a browser.' }),
  'Keyward-Actor': z.string().meta({ description: 'Who acts: `user:<id>`, `key:<id>` or `agent:<id>`.' }),
  'Keyward-Permissions': z
    .string()
    .meta({ description: 'What the request may do at this moment, separated by spaces.' }),
});

export const forwardOperation: DoorOperation = {
  path: address,
  method: 'get',
  name: 'verify.forward',
  access: 'signed-in',
  summary: 'For proxies: who sent a request',
  description:
    'For nginx `auth_request`, Caddy `forward_auth`, Traefik `forwardAuth` and Envoy `ext_authz`. Takes any method, and every path below; reads `Authorization`, `Cookie`, `Origin` and `X-Forwarded-Method`, `-Proto`, `-Host`, `-Uri`, `-Upgrade`, and no body.',
  query: forwardQuery,
  answer: { description: 'May pass; all of the headers always.', headers: forwardHeaders },
  errors: ['permission_denied', 'resource_denied', 'origin_not_allowed', 'validation_failed'],
};

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
  assertAllowed(exchange, principal, wanted);
  res.writeHead(200, { ...identityOf(principal), 'Content-Length': 0 }).end();
}

function assertAllowed(
  { runtime, res, facts }: Exchange,
  principal: Principal,
  { permission, resource }: Wanted,
): void {
  const ctx = createCtx(runtime, { request: facts, principal, reply: noReply });
  try {
    if (permission) requirePermission(ctx, permission);
    // One that names no resources passes every check of them, which is no reason to take it for the whole person.
    else if (!resource || principal.resources === null) assertWhole(ctx);
    if (resource) requireResource(ctx, resource);
  } catch (error) {
    const scope = permission ? `, scope="${permission}"` : '';
    res.setHeader('WWW-Authenticate', `Bearer realm="Keyward", error="insufficient_scope"${scope}`);
    throw error;
  }
}

/** A site that asks for nothing takes the caller for the whole person, which a narrowed token or a key is not. */
function assertWhole(ctx: Ctx): void {
  const { origin, resources } = ctx.principal;
  if (origin.kind === 'session' || ctx.runtime.config.forwardsNarrowed) return;
  if (origin.grant[0] === '*' && resources === null) return;
  const refusal = new AppError(
    'permission_denied',
    'This token may do or reach some things only, and this site asks for none of them. Use a token that may do all that its owner may.',
  );
  noteDenied(ctx, refusal, { permission: '*' });
  throw refusal;
}

function identityOf(principal: Principal): z.infer<typeof forwardHeaders> {
  const { tenantId, origin, actor, permissions } = principal;
  const user = principal.kind === 'user' ? principal.user : undefined;
  return {
    'Keyward-User': user?.id ?? '',
    'Keyward-Email': asHeader(user?.email ?? ''),
    'Keyward-Role': user?.role ?? '',
    'Keyward-Tenant': tenantId,
    'Keyward-Credential': origin.kind === 'credential' ? origin.id : '',
    'Keyward-Actor': `${actor.kind}:${actor.id}`,
    'Keyward-Permissions': listOf(permissions),
  };
}

const lists = new WeakMap<ReadonlySet<Permission>, string>();

/** Joined once for all that share a set, as the people of one role do. */
function listOf(permissions: ReadonlySet<Permission>): string {
  const known = lists.get(permissions);
  if (known !== undefined) return known;
  const list = [...permissions].join(' ');
  lists.set(permissions, list);
  return list;
}

/** What is not ASCII is percent-encoded, as in a URL. */
function asHeader(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURI(text);
}

/** Below our own address both the path and the query are those of the service. */
function readWanted({ req, path, query }: Exchange): Wanted {
  if (query.size === 0 || path !== address) return {};
  assertFromProxy(query, forwarded(req.headers['x-forwarded-uri']));
  return askedQuery.parse(
    Object.fromEntries([...new Set(query.keys())].map((name) => [name, onlyOne(query, name)])),
  );
}

/** A name that is misspelt would be passed over, and the site believe that it was asked for. */
const askedQuery = z.strictObject({ ...forwardQuery.shape, redirect: z.string().optional() });
type Wanted = Pick<z.infer<typeof askedQuery>, 'permission' | 'resource'>;

/** Caddy appends the caller's query to an address without one, and a caller must not choose what is asked of them. */
function assertFromProxy(query: URLSearchParams, uri = ''): void {
  const start = uri.indexOf('?');
  if (start === -1 || new URLSearchParams(uri.slice(start)).toString() !== query.toString()) return;
  throw invalid(
    '',
    'This is the query of the request itself, which the proxy must not pass on. In Caddy, end the address with a question mark: uri /api/v1/auth/forward?',
  );
}

/** A second one would be passed over, and the site believe that it was asked for. */
function onlyOne(query: URLSearchParams, name: string): string | undefined {
  const [first, ...more] = query.getAll(name);
  if (more.length > 0) throw invalid(name, 'It may be given once.');
  return first;
}

/** A browser that asked for a page may be sent to sign in; back to where it was only on our own host. */
function sendToSignIn({ req, res, query, runtime, facts }: Exchange): void {
  const method = forwarded(req.headers['x-forwarded-method']) ?? req.method;
  if (query.get('redirect') !== '1' || !acceptsHtml(req) || method !== 'GET') throw signInFirst(facts);
  const { origin, host } = runtime.config.url;
  const isOurs = forwarded(req.headers['x-forwarded-host']) === host;
  const next = isOurs ? safeNext(forwarded(req.headers['x-forwarded-uri'])) : '/';
  const location = `${origin}/login${next === '/' ? '' : `?next=${encodeURIComponent(next)}`}`;
  res.writeHead(302, { Location: location, 'Content-Length': 0 }).end();
}

function forwarded(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
