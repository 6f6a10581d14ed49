import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { permissionSchema } from '#server/core/access/schema.ts';
import { jwksView } from '#server/core/signing-keys/schema.ts';
import type { ErrorCode } from '#server/errors.ts';

/** What doors other than the REST API's answer: described by hand, since no procedure stands behind them. */
export interface DoorOperation {
  path: string;
  method: 'get' | 'post';
  name: string;
  access: 'anyone' | 'signed-in' | 'verify';
  summary: string;
  description: string;
  input?: z.ZodObject;
  query?: z.ZodObject;
  answer: { description: string; headers?: z.ZodObject; body?: z.ZodObject; example?: object };
  /** Beyond those of whoever asks with a credential. */
  errors: readonly ErrorCode[];
}

const token = z.string().meta({ example: 'kw_pat_…' });
const identity = z.object({
  'Keyward-User': z.string().meta({ description: 'Id of the person.' }),
  'Keyward-Email': z.string().meta({ description: 'What is not ASCII is percent-encoded.' }),
  'Keyward-Role': z.string(),
  'Keyward-Tenant': z.string(),
  'Keyward-Credential': z.string().meta({ description: 'Id of the token; empty for a browser.' }),
  'Keyward-Permissions': z
    .string()
    .meta({ description: 'What the request may do: role ∩ token, separated by spaces.' }),
});

export const doorOperations: readonly DoorOperation[] = [
  {
    path: '/api/v1/auth/forward',
    method: 'get',
    name: 'verify.forward',
    access: 'signed-in',
    summary: 'For proxies: who sent a request',
    description:
      'For nginx `auth_request`, Caddy `forward_auth`, Traefik `forwardAuth` and Envoy `ext_authz`. Takes any method, and every path below; reads `Authorization`, `Cookie`, `Origin` and `X-Forwarded-Method`, `-Proto`, `-Host`, `-Uri`, `-Upgrade`, and no body.',
    query: z.object({
      permission: permissionSchema.optional().meta({
        description: 'Has to be held. Without it a token that was narrowed to some permissions is refused.',
      }),
      resource: z.string().optional().meta({ description: '`type:id`', example: 'agent:build-bot' }),
      redirect: z
        .literal('1')
        .optional()
        .meta({ description: 'Sends a browser that is nobody to sign in (302).' }),
    }),
    answer: { description: 'May pass; all six headers always.', headers: identity },
    errors: ['permission_denied', 'origin_not_allowed', 'validation_failed'],
  },
  {
    path: '/oauth/introspect',
    method: 'post',
    name: 'verify.introspect',
    access: 'verify',
    summary: 'What a token is good for (RFC 7662)',
    description:
      'A token, or a JWT that was given for one. The token of the service is sent as bearer, or as the password of HTTP Basic. Errors are those of RFC 6749.',
    input: z.object({ token }),
    answer: {
      description: 'Whether it is active, and if so for whom.',
      body: z.object({ active: z.boolean(), sub: z.string().optional(), scope: z.string().optional() }),
      example: {
        active: true,
        sub: '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401',
        scope: 'profile:read tokens:read',
      },
    },
    errors: ['permission_denied'],
  },
  {
    path: '/oauth/revoke',
    method: 'post',
    name: 'verify.revoke',
    access: 'anyone',
    summary: 'End a token that you hold (RFC 7009)',
    description:
      'Always 200, whatever the token was. A JWT is `unsupported_token_type`: revoke what it was given for.',
    input: z.object({ token }),
    answer: { description: 'Done; no body.' },
    errors: ['too_many_requests'],
  },
  {
    path: '/oauth/token',
    method: 'post',
    name: 'verify.exchange',
    access: 'anyone',
    summary: 'A token for a JWT of five minutes (RFC 8693)',
    description:
      'The JWT (EdDSA) can be checked offline with `/.well-known/jwks.json`. Until it expires nothing takes it back. A browser sends `urn:keyward:token-type:session` and its cookie in place of `subject_token`. Errors are those of RFC 6749.',
    input: z.object({
      grant_type: z.literal('urn:ietf:params:oauth:grant-type:token-exchange'),
      subject_token: token,
      subject_token_type: z.literal('urn:ietf:params:oauth:token-type:access_token'),
      scope: z
        .string()
        .optional()
        .meta({ description: 'Permissions; left out: all.', example: 'profile:read' }),
      audience: z.string().optional().meta({ example: 'https://api.example.com' }),
    }),
    answer: {
      description: 'The JWT.',
      body: z.object({
        access_token: z.string(),
        issued_token_type: z.string(),
        token_type: z.literal('Bearer'),
        expires_in: z.int().meta({ description: 'Seconds.' }),
        scope: z.string(),
      }),
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
  {
    path: '/oauth/device_authorization',
    method: 'post',
    name: 'device.start',
    access: 'anyone',
    summary: 'Ask a person to let a machine in (RFC 8628)',
    description:
      'For the command line. A person who is signed in types the user code at `verification_uri` and sees who asks, from where and for what. Meanwhile the machine asks `/oauth/token` every five seconds, with `grant_type` `urn:ietf:params:oauth:grant-type:device_code`, its `client_id` and its `device_code`: the answer is `authorization_pending`, `slow_down` (five seconds longer from then on), `access_denied`, `expired_token` or, once, the token, with its `credential_id`.',
    input: z.object({
      client_id: z.literal('keyward-cli'),
      host: z.string().optional().meta({ description: 'The name of the machine.', example: 'ada-laptop' }),
      token_name: z.string().optional().meta({ example: 'CLI on ada-laptop' }),
      token_days: z
        .string()
        .optional()
        .meta({ description: 'Days, or `never`; left out: 90.', example: '90' }),
      scope: z
        .string()
        .optional()
        .meta({ description: 'Permissions; left out: whatever one’s role allows.', example: 'profile:read' }),
    }),
    answer: {
      description: 'The codes.',
      body: z.object({
        device_code: z.string(),
        user_code: z.string(),
        verification_uri: z.string(),
        verification_uri_complete: z.string(),
        expires_in: z.int().meta({ description: 'Seconds.' }),
        interval: z.int().meta({ description: 'Seconds between two polls.' }),
      }),
      example: {
        device_code: '…',
        user_code: 'WDJB-MJHT',
        verification_uri: 'https://keyward.example.com/device',
        verification_uri_complete: 'https://keyward.example.com/device#WDJB-MJHT',
        expires_in: 600,
        interval: 5,
      },
    },
    errors: ['too_many_attempts'],
  },
  {
    path: '/.well-known/jwks.json',
    method: 'get',
    name: 'verify.keys',
    access: 'anyone',
    summary: 'The public keys of JWTs (RFC 7517)',
    description: 'May be kept for five minutes. A key is published a day before it signs.',
    answer: {
      description: 'The keys.',
      body: jwksView,
      example: {
        keys: [{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig', kid: '019aa8b4', x: 'SHwP…' }],
      },
    },
    errors: [],
  },
];

type Refusals = (codes: readonly ErrorCode[]) => NonNullable<ZodOpenApiOperationObject['responses']>;

/** Their paths in the document. `refusals`: describes answers by their codes. */
export function doorPaths(refusals: Refusals): ZodOpenApiPathsObject {
  const paths = doorOperations.map((operation) => [
    operation.path,
    { [operation.method]: describe(operation, refusals) },
  ]);
  return Object.fromEntries(paths) as ZodOpenApiPathsObject;
}

function describe(operation: DoorOperation, refusals: Refusals): ZodOpenApiOperationObject {
  const { name, summary, description, access, input, query, answer, errors } = operation;
  const body = answer.body && {
    content: { 'application/json': { schema: answer.body, example: answer.example } },
  };
  return {
    operationId: name,
    summary,
    description,
    tags: [name.slice(0, name.indexOf('.'))],
    security:
      access === 'anyone' ? [] : [{ token: [] }, ...(access === 'signed-in' ? [{ session: [] }] : [])],
    'x-permission': access,
    ...(query && { requestParams: { query } }),
    ...(input && {
      requestBody: { required: true, content: { 'application/x-www-form-urlencoded': { schema: input } } },
    }),
    responses: {
      200: { description: answer.description, ...(answer.headers && { headers: answer.headers }), ...body },
      ...refusals(
        access === 'anyone' ? [...errors, 'rate_limited'] : ['unauthenticated', ...errors, 'rate_limited'],
      ),
    },
  };
}
