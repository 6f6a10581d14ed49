import { z } from 'zod';
import type { Presented } from '#server/core/authentication/authenticate.ts';
import { exchangeToken } from '#server/credentials/introspection/exchange-token.ts';
import type { ExchangeView } from '#server/credentials/introspection/schema.ts';
import { identify } from '#server/doors/http/admit.ts';
import type { Exchange } from '#server/doors/http/exchange.ts';
import { OauthError } from '#server/doors/oauth/form.ts';

const ofSession = 'urn:keyward:token-type:session';
const target = z.string().max(500, 'An audience has 1 to 500 characters.').optional();

/** RFC 8693, section 2.1. */
export const exchangeGrantForm = z.object({
  grant_type: z.literal('urn:ietf:params:oauth:grant-type:token-exchange'),
  subject_token_type: z.enum(['urn:ietf:params:oauth:token-type:access_token', ofSession]),
  subject_token: z
    .string()
    .optional()
    .meta({ description: 'The token; left out with a session.', example: 'kw_pat_…' }),
  requested_token_type: z
    .enum(['urn:ietf:params:oauth:token-type:jwt', 'urn:ietf:params:oauth:token-type:access_token'], {
      error: 'Only JWTs are issued.',
    })
    .optional(),
  actor_token: z.never('Delegation is not supported.').optional(),
  scope: z
    .string()
    .optional()
    .meta({ description: 'Permissions, with spaces between them; left out: all.', example: 'profile:read' }),
  audience: target.meta({ example: 'https://api.example.com' }),
  resource: target.meta({ description: 'The same by its name in RFC 8707.' }),
});
type ExchangeForm = z.infer<typeof exchangeGrantForm>;

/** A JWT for a token, or for the session of a browser. */
export async function grantExchange(exchange: Exchange, form: ExchangeForm): Promise<ExchangeView> {
  const principal = await identify(exchange, subjectOf(exchange, form));
  if (!principal) throw new OauthError('invalid_request', 'subject_token: whose token, is not said.');
  const { scope, audience = form.resource } = form;
  return exchangeToken(exchange.runtime, principal, { scope, audience });
}

/** The token in the form; or the session of a browser, which shows it as its cookie and cannot read it. */
function subjectOf(
  { req }: Exchange,
  { subject_token_type: type, subject_token: token }: ExchangeForm,
): Presented {
  if (type === ofSession) return { authorization: undefined, cookie: req.headers.cookie, isAsked: true };
  if (token === undefined) throw new OauthError('invalid_request', 'subject_token: this is needed.');
  return { authorization: `Bearer ${token}`, cookie: undefined, isAsked: true };
}
