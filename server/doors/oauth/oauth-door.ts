import { createCtx, noReply, type Ctx } from '#server/core/access/context.ts';
import { readBearer, type Presented } from '#server/core/authentication/authenticate.ts';
import { requirePermission } from '#server/core/authentication/require-permission.ts';
import { listPublicKeys } from '#server/core/signing-keys/rotate-keys.ts';
import { exchangeToken } from '#server/credentials/introspection/exchange-token.ts';
import { introspect } from '#server/credentials/introspection/introspect.ts';
import { revokeFoundTokens } from '#server/credentials/tokens/revoke-found-tokens.ts';
import { admitAddress, identify, noBody, refuseSpentAddress } from '#server/doors/http/admit.ts';
import { sendJson } from '#server/doors/http/answer.ts';
import { bodyLimits, readForm } from '#server/doors/http/body.ts';
import { refuse, type Exchange } from '#server/doors/http/exchange.ts';
import {
  answerDeviceAuthorization,
  answerDeviceGrant,
  deviceGrant,
} from '#server/doors/oauth/device-grant.ts';
import { need, OauthError, type Form } from '#server/doors/oauth/oauth-error.ts';
import { AppError } from '#server/errors.ts';

/** Finds out who asks, and then reads the form. */
type Answer = (exchange: Exchange) => Promise<object | null>;

const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const subjectTypes = ['urn:ietf:params:oauth:token-type:access_token', 'urn:keyward:token-type:session'];
const issuedTypes = ['urn:ietf:params:oauth:token-type:jwt', 'urn:ietf:params:oauth:token-type:access_token'];

const answers: Record<string, Answer | undefined> = {
  '/oauth/device_authorization': answerDeviceAuthorization,
  '/oauth/introspect': answerIntrospect,
  '/oauth/revoke': answerRevoke,
  '/oauth/token': answerToken,
};

/** OAuth as its RFCs have it: forms in, JSON out, errors by their names. */
export async function answerOauth(exchange: Exchange): Promise<void> {
  const { req, res, path, facts } = exchange;
  const answer = Object.hasOwn(answers, path) ? answers[path] : undefined;
  if (!answer) throw new AppError('not_found', 'There is nothing at this address.');
  facts.endpoint = `POST ${path}`;
  if (req.method !== 'POST') {
    res.setHeader('Allow', 'POST');
    throw new AppError('method_not_allowed', 'This address takes POST.');
  }
  try {
    // RFC 6749, section 5.1, asks for it beside the Cache-Control that every answer has.
    res.setHeader('Pragma', 'no-cache');
    const result = await answer(exchange);
    if (result) sendJson(res, 200, result);
    else res.writeHead(200, { 'Content-Length': 0 }).end();
  } catch (error) {
    refuseOauth(exchange, error);
  }
}

/** The public keys, which may be kept for five minutes: a new one is published a day before it signs. */
export async function answerJwks(exchange: Exchange): Promise<void> {
  const { runtime, req, res, facts } = exchange;
  facts.endpoint = 'GET /.well-known/jwks.json';
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    res.setHeader('Allow', 'GET, HEAD');
    throw new AppError('method_not_allowed', 'This address takes GET.');
  }
  await admitAddress(exchange, noBody);
  const keys = await listPublicKeys(runtime);
  res.setHeader('Cache-Control', 'public, max-age=300');
  sendJson(res, 200, keys);
}

async function answerIntrospect(exchange: Exchange): Promise<object> {
  let form: Form = new Map();
  const client = await openClient(exchange, async () => {
    form = await readForm(exchange, bodyLimits.form);
  });
  return introspect(requirePermission(client, 'verify'), need(form, 'token'));
}

/** Whoever can show a token may end it; what comes of it is nobody's to know. A JWT cannot be taken back: it dies by itself. */
async function answerRevoke(exchange: Exchange): Promise<null> {
  const { runtime, facts } = exchange;
  const form = await admitAddress(exchange, () => readForm(exchange, bodyLimits.stranger));
  const token = need(form, 'token');
  if (token.split('.').length === 3)
    throw new OauthError(
      'unsupported_token_type',
      'A JWT lives for five minutes. Revoke what it was given for.',
    );
  const ctx = createCtx(runtime, { request: facts, principal: null, reply: noReply });
  await revokeFoundTokens(ctx, { tokens: [token] });
  return null;
}

/** Who asks stands in the form. */
async function answerToken(exchange: Exchange): Promise<object> {
  await refuseSpentAddress(exchange);
  const form = await readForm(exchange, bodyLimits.form);
  const grant = need(form, 'grant_type');
  if (grant === deviceGrant) return answerDeviceGrant(exchange, form);
  if (grant === exchangeGrant) return answerExchange(exchange, form);
  throw new OauthError('unsupported_grant_type', `The grants here are ${exchangeGrant} and ${deviceGrant}.`);
}

async function answerExchange(exchange: Exchange, form: Form): Promise<object> {
  const issued = form.get('requested_token_type') ?? issuedTypes[0];
  if (!issuedTypes.includes(issued ?? '')) throw new OauthError('invalid_request', 'Only JWTs are issued.');
  if (form.has('actor_token')) throw new OauthError('invalid_request', 'Nobody can act for another here.');
  const audience = form.get('audience') ?? form.get('resource');
  if (audience !== undefined && (audience === '' || audience.length > 500))
    throw new OauthError('invalid_target', 'An audience has 1 to 500 characters.');
  const principal = await identify(exchange, subjectOf(exchange, form));
  if (!principal) throw new OauthError('invalid_request', 'subject_token: whose token, is not said.');
  return exchangeToken(exchange.runtime, principal, { scope: form.get('scope'), audience });
}

/** The token in the form; or the session of a browser, which shows it as its cookie and cannot read it. */
function subjectOf({ req }: Exchange, form: Form): Presented {
  const type = need(form, 'subject_token_type');
  if (!subjectTypes.includes(type))
    throw new OauthError('invalid_request', `subject_token_type: ${subjectTypes.join(' or ')}.`);
  if (type === subjectTypes[1])
    return { authorization: undefined, cookie: req.headers.cookie, isAsked: true };
  return { authorization: `Bearer ${need(form, 'subject_token')}`, cookie: undefined, isAsked: true };
}

/** The service that asks: by a bearer token, or by the same as the password of HTTP Basic, as OAuth libraries send it. */
async function openClient(exchange: Exchange, read: () => Promise<void>): Promise<Ctx> {
  const { runtime, req, facts } = exchange;
  const authorization = asBearer(req.headers.authorization);
  const principal = await identify(exchange, { authorization, cookie: undefined, isAsked: true }, read);
  if (!principal) throw new AppError('unauthenticated', 'Send a token as "Authorization: Bearer <token>".');
  return createCtx(runtime, { request: facts, principal, reply: noReply });
}

function asBearer(authorization: string | undefined): string | undefined {
  const basic = /^basic\s+([0-9A-Za-z+/]+=*)$/i.exec(authorization ?? '')?.[1];
  if (basic === undefined) return readBearer(authorization) === undefined ? undefined : authorization;
  const pair = Buffer.from(basic, 'base64').toString();
  return `Bearer ${pair.slice(pair.indexOf(':') + 1)}`;
}

function refuseOauth(exchange: Exchange, error: unknown): void {
  const { res, path } = exchange;
  if (error instanceof OauthError)
    return sendJson(res, 400, { error: error.code, error_description: describe(error) });
  if (!(error instanceof AppError) || error.status >= 429) return refuse(exchange, error);
  const isSubject = path === '/oauth/token';
  if (error.status === 401 && !isSubject)
    res.setHeader('WWW-Authenticate', 'Bearer realm="Keyward", Basic realm="Keyward"');
  sendJson(res, isSubject && error.status < 404 ? 400 : error.status, {
    error: nameOf(error, isSubject),
    error_description: describe(error),
    code: error.code,
  });
}

/** RFC 6749, section 5.2: ASCII, and neither a quotation mark nor a backslash. */
function describe({ message }: Error): string {
  return message.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '');
}

function nameOf({ code, status }: AppError, isSubject: boolean): string {
  if (code === 'permission_denied') return isSubject ? 'invalid_scope' : 'insufficient_scope';
  if (status === 401 || code === 'ip_not_allowed') return isSubject ? 'invalid_request' : 'invalid_client';
  return 'invalid_request';
}
