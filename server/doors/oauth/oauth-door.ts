import { sendJson } from '#server/doors/http/answer.ts';
import { refuse, type Exchange } from '#server/doors/http/exchange.ts';
import { deviceAuthorization } from '#server/doors/oauth/device-authorization.ts';
import type { OauthEndpoint } from '#server/doors/oauth/endpoint.ts';
import { OauthError } from '#server/doors/oauth/form.ts';
import { introspection } from '#server/doors/oauth/introspection.ts';
import { jwksOperation } from '#server/doors/oauth/jwks.ts';
import { metadataOperation } from '#server/doors/oauth/resource-metadata.ts';
import { revocation } from '#server/doors/oauth/revocation.ts';
import { tokenEndpoint } from '#server/doors/oauth/token.ts';
import { AppError } from '#server/errors.ts';

const endpoints: OauthEndpoint[] = [introspection, revocation, tokenEndpoint, deviceAuthorization];

export const oauthOperations = [
  ...endpoints.map(({ operation }) => operation),
  jwksOperation,
  metadataOperation,
];

/** OAuth as its RFCs have it: forms in, JSON out, errors by their names. */
export async function answerOauth(exchange: Exchange): Promise<void> {
  const { req, res, path, facts } = exchange;
  const endpoint = endpoints.find(({ operation }) => operation.path === path);
  if (!endpoint) throw new AppError('not_found', 'There is nothing at this address.');
  facts.endpoint = `POST ${path}`;
  if (req.method !== 'POST') {
    res.setHeader('Allow', 'POST');
    throw new AppError('method_not_allowed', 'This address takes POST.');
  }
  try {
    // RFC 6749, section 5.1, asks for it beside the Cache-Control that every answer has.
    res.preset(['Pragma', 'no-cache']);
    const result = await endpoint.answer(exchange);
    if (result) sendJson(res, 200, result);
    else res.writeHead(200, { 'Content-Length': 0 }).end();
  } catch (error) {
    refuseOauth(exchange, error);
  }
}

function refuseOauth(exchange: Exchange, error: unknown): void {
  const { res, path } = exchange;
  if (error instanceof OauthError)
    return sendJson(res, 400, { error: error.code, error_description: describe(error) });
  if (!(error instanceof AppError) || error.status >= 429) return refuse(exchange, error);
  const isSubject = path === tokenEndpoint.operation.path;
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
