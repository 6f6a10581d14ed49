import { z } from 'zod';
import { createCtx, noReply, type Ctx } from '#server/core/access/context.ts';
import { readBearer } from '#server/core/authentication/authenticate.ts';
import { requirePermission } from '#server/core/authentication/require-permission.ts';
import { introspect } from '#server/credentials/introspection/introspect.ts';
import { introspectionView } from '#server/credentials/introspection/schema.ts';
import { identify } from '#server/doors/http/admit.ts';
import { bodyLimits } from '#server/doors/http/body.ts';
import type { Exchange } from '#server/doors/http/exchange.ts';
import type { OauthEndpoint } from '#server/doors/oauth/endpoint.ts';
import { parseForm, readOauthForm, type Form } from '#server/doors/oauth/form.ts';
import { AppError } from '#server/errors.ts';

const introspectionForm = z.object({
  token: z.string().meta({ description: 'What was shown to the service.', example: 'kw_pat_…' }),
});

export const introspection: OauthEndpoint = {
  operation: {
    path: '/oauth/introspect',
    method: 'post',
    name: 'verify.introspect',
    access: 'verify',
    summary: 'What a token is good for (RFC 7662)',
    description:
      'A token, or a JWT that was given for one. The token of the service is sent as bearer, or as the password of HTTP Basic. Errors are those of RFC 6749.',
    input: introspectionForm,
    answer: {
      description: 'Whether it is active, and if so for whom.',
      body: introspectionView,
      example: {
        active: true,
        token_type: 'Bearer',
        scope: 'profile:read tokens:read',
        client_id: '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a403',
        username: 'ada@example.com',
        sub: '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401',
        iss: 'https://keyward.example.com',
        tenant: '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a402',
        role: 'member',
        typ: 'pat',
        exp: 1_796_000_000,
      },
    },
    errors: ['permission_denied'],
  },
  async answer(exchange) {
    let form: Form = {};
    const client = await openClient(exchange, async () => {
      form = await readOauthForm(exchange, bodyLimits.form);
    });
    return introspect(requirePermission(client, 'verify'), parseForm(form, introspectionForm).token);
  },
};

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
