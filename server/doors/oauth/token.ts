import { z } from 'zod';
import { exchangeView } from '#server/credentials/introspection/schema.ts';
import { refuseSpentAddress } from '#server/doors/http/admit.ts';
import { bodyLimits } from '#server/doors/http/body.ts';
import { deviceGrantForm, deviceGrantView, grantDevice } from '#server/doors/oauth/device-grant.ts';
import type { OauthEndpoint } from '#server/doors/oauth/endpoint.ts';
import { exchangeGrantForm, grantExchange } from '#server/doors/oauth/exchange-grant.ts';
import { OauthError, parseForm, readOauthForm } from '#server/doors/oauth/form.ts';

const grants = [exchangeGrantForm, deviceGrantForm] as const;
const grantTypes = grants.map(({ shape }) => shape.grant_type.value);

export const tokenEndpoint: OauthEndpoint = {
  operation: {
    path: '/oauth/token',
    method: 'post',
    name: 'verify.exchange',
    access: 'anyone',
    summary: 'A token for a JWT of five minutes (RFC 8693), or for a device code (RFC 8628)',
    description:
      'The JWT (EdDSA) can be checked offline with `/.well-known/jwks.json`. Until it expires nothing takes it back. A browser sends `urn:keyward:token-type:session` and its cookie in place of `subject_token`. Errors are those of RFC 6749.',
    input: z.union(grants),
    answer: {
      description: 'The JWT, or the token of the machine.',
      body: z.union([exchangeView, deviceGrantView]),
      example: {
        access_token: 'eyJ…',
        issued_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        token_type: 'Bearer',
        expires_in: 300,
        scope: 'profile:read',
      },
    },
    errors: [],
  },
  /** Who asks stands in the form. */
  async answer(exchange) {
    await refuseSpentAddress(exchange);
    const form = await readOauthForm(exchange, bodyLimits.form);
    const { grant_type: grant } = parseForm(form, z.object({ grant_type: z.string() }));
    if (grant === deviceGrantForm.shape.grant_type.value)
      return grantDevice(exchange, parseForm(form, deviceGrantForm));
    if (grant === exchangeGrantForm.shape.grant_type.value)
      return grantExchange(exchange, parseForm(form, exchangeGrantForm));
    throw new OauthError('unsupported_grant_type', `The grants here are ${grantTypes.join(' and ')}.`);
  },
};
