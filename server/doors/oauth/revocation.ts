import { z } from 'zod';
import { revokeFoundTokens } from '#server/credentials/tokens/revoke-found-tokens.ts';
import { admitAddress } from '#server/doors/http/admit.ts';
import { bodyLimits } from '#server/doors/http/body.ts';
import { anonymousCtx, type OauthEndpoint } from '#server/doors/oauth/endpoint.ts';
import { OauthError, parseForm, readOauthForm } from '#server/doors/oauth/form.ts';

const revocationForm = z.object({ token: z.string().meta({ example: 'kw_pat_…' }) });

/** The holder of a token may revoke it; the answer tells nothing about it. A JWT cannot be revoked and expires by itself. */
export const revocation: OauthEndpoint = {
  operation: {
    path: '/oauth/revoke',
    method: 'post',
    name: 'verify.revoke',
    access: 'anyone',
    summary: 'End a token that you hold (RFC 7009)',
    description:
      'Always 200, also for an unknown token. A JWT is `unsupported_token_type`: revoke the token that it was issued for.',
    input: revocationForm,
    answer: { description: 'Done; no body.' },
    errors: [],
  },
  async answer(exchange) {
    const form = await admitAddress(exchange, () => readOauthForm(exchange, bodyLimits.stranger));
    const { token } = parseForm(form, revocationForm);
    if (token.split('.').length === 3)
      throw new OauthError(
        'unsupported_token_type',
        'A JWT lives for five minutes. Revoke what it was given for.',
      );
    await revokeFoundTokens(anonymousCtx(exchange), { tokens: [token] });
    return null;
  },
};
