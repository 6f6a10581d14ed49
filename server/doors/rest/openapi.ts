import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { freshHours } from '#server/core/access/fresh.ts';
import { credentialRefusals } from '#server/core/secrets/schema.ts';
import { etagOf, type SentFile } from '#server/doors/pages/send-file.ts';
import { doorPaths } from '#server/doors/rest/door-operations.ts';
import { exampleOf } from '#server/doors/rest/example.ts';
import { restPrefix, restRoutes, type RestRoute } from '#server/doors/rest/routes.ts';
import { errorCodes, renamedCodes, type ErrorCode, type Refusal } from '#server/errors.ts';

const renames = Object.entries(renamedCodes)
  .map(([earlier, now]) => `\`${earlier}\` is \`${now}\``)
  .join(', ');

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What happened and what to do.' }),
    code: z
      .enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]])
      .meta({ description: `Stable: act on this. Renamed since earlier versions: ${renames}.` }),
    requestId: z.uuid(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    resetUrl: z
      .url()
      .optional()
      .meta({ description: 'With `password_change_required`: the page on which to choose a password.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

const bearerErrors = ['unauthenticated', 'token_invalid', ...credentialRefusals] as const;

/** What the first part of a procedure's name is about. */
const tags = {
  account: 'One’s own account: name, password, sessions, ways to sign in.',
  agents: 'Machines that act for their owners.',
  device: 'Signing a command line in, by a code that a person confirms.',
  links: 'What was handed out and still works: invites, reset links, chosen passwords, codes. For admins.',
  magic: 'Signing in by a mailed link.',
  oidc: 'Signing in by OpenID Connect.',
  audit: 'What happened: who did what to what, with which credential, from where.',
  notices: 'What one should know about one’s tokens.',
  adminTokens: 'Everyone’s tokens, for admins.',
  attention: 'Tokens that an admin should look at.',
  sessions: 'Who is asking; signing in and out.',
  setupCodes:
    'Codes that set up a machine: a code in place of a token, so that no token is ever pasted anywhere.',
  rotations: 'New secrets for agents, which go to the agent alone.',
  tenants: 'What the tenant has decided on tokens, for admins.',
  tokens: 'Personal access tokens: one’s own.',
  users: 'People, for admins.',
  verify: 'What other services ask.',
};

let sent: { origin: string; file: SentFile } | undefined;

/** The document as it is sent, made once: it is large, and whoever asks for it many times at once must not fill our memory. */
export function openApiFile({ origin }: URL): SentFile {
  if (sent?.origin !== origin) {
    const body = Buffer.from(JSON.stringify(openApiDocument(origin)));
    sent = { origin, file: { body, type: 'application/json', etag: etagOf(body) } };
  }
  return sent.file;
}

/** The OpenAPI 3.1 document of the REST API, made from the schemas that check its input and output. */
function openApiDocument(origin: string): object {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of restRoutes()) {
    const path = restPrefix + route.rest.path;
    paths[path] = { ...paths[path], [route.rest.method.toLowerCase()]: operation(route) };
  }
  Object.assign(paths, doorPaths(refusalsOf));
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Keyward',
      version: '1',
      description:
        'The access desk: who is asking, tokens, people. Every refusal is a problem document (RFC 9457) with a stable `code`. Unknown fields are refused.',
      license: { name: 'Proprietary', url: origin },
    },
    servers: [{ url: origin }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token: `kw_pat_…`' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'keyward_session',
          description:
            'A signed-in browser. The name is followed by a part of the installation’s own, and over HTTPS preceded by `__Host-`: send the cookie as it was set.',
        },
      },
    },
  });
}

function operation(route: RestRoute): ZodOpenApiOperationObject {
  const { name, meta, rest, input, pathFields } = route;
  const inQuery = rest.method === 'GET' || rest.method === 'DELETE';
  const pathSchema = input?.pick(mask(pathFields));
  const otherSchema = input?.omit(mask(pathFields));
  return {
    operationId: name,
    summary: rest.summary,
    description: accessSentence(route),
    tags: [tagOf(route)],
    security: securityOf(route),
    'x-permission': meta.access ?? 'anyone',
    requestParams: {
      ...(pathSchema && { path: pathSchema }),
      ...(inQuery && otherSchema && { query: otherSchema }),
    },
    ...(otherSchema &&
      !inQuery &&
      hasFields(otherSchema) && { requestBody: { required: true, content: json(otherSchema, 'input') } }),
    responses: { ...goodAnswer(route), ...refusals(route) },
  };
}

function goodAnswer({ rest, output }: RestRoute) {
  if (rest.downloads) return { [rest.status]: { description: 'A file.', content: files(rest.downloads) } };
  if (rest.status === 204 || !output) return { [rest.status]: { description: 'Done; no body.' } };
  return { [rest.status]: { description: 'Done.', content: json(output, 'output') } };
}

/** Its refusals by status, the codes of each named. */
function refusals(route: RestRoute) {
  return refusalsOf(codesOf(route));
}

function refusalsOf(all: readonly Refusal[]) {
  const known = all.map((one) => (typeof one === 'string' ? ([one, errorCodes[one][0]] as const) : one));
  const byStatus = Object.groupBy(known, ([, status]) => String(status));
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, refusals = []]) => [
      status,
      {
        description: refusals.map(([code]) => `\`${code}\`: ${errorCodes[code][1]}.`).join(' '),
        content: problem(refusals[0]),
      },
    ]),
  );
}

function codesOf({ meta, rest, input }: RestRoute): Refusal[] {
  const codes = new Set<Refusal>(rest.errors);
  if (meta.access !== 'anyone') for (const code of bearerErrors) codes.add(code);
  if (meta.access !== 'anyone' && meta.access !== 'signed-in') codes.add('permission_denied');
  if (rest.method !== 'GET')
    for (const code of [
      'origin_not_allowed',
      'invalid_json',
      'unsupported_media_type',
      'body_too_large',
    ] as const)
      codes.add(code);
  if (meta.sessionOnly) codes.add('session_required');
  if (meta.fresh) codes.add('sign_in_again');
  if (input) codes.add('validation_failed');
  for (const code of ['rate_limited', 'internal', 'unavailable'] as const) codes.add(code);
  return [...codes];
}

function problem([code, status]: readonly [ErrorCode, number] = ['internal', 500]) {
  const [, title] = errorCodes[code];
  const sample = {
    type: `urn:keyward:error:${code}`,
    title,
    status,
    detail: `${title}.`,
    code,
    requestId: '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401',
  };
  return { 'application/problem+json': { schema: problemSchema, example: sample } };
}

function files(types: readonly string[]) {
  return Object.fromEntries(types.map((type) => [type, { schema: { type: 'string' as const } }]));
}

function json(schema: z.ZodObject, io: 'input' | 'output') {
  const example = exampleOf(z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as never);
  return { 'application/json': { schema, example } };
}

function accessSentence({ meta }: RestRoute): string {
  if (meta.access === 'anyone') return 'Needs no credential.';
  return [
    meta.access === 'signed-in' ? 'Needs any credential.' : `Needs the permission \`${meta.access}\`.`,
    meta.sessionOnly && 'From a session only: a token gets `session_required`.',
    meta.fresh &&
      `A session has to have been signed in, or confirmed, within the last ${freshHours} hours: an older one gets \`sign_in_again\`.`,
  ]
    .filter(Boolean)
    .join(' ');
}

function securityOf({ meta }: RestRoute): Record<string, string[]>[] {
  if (meta.access === 'anyone') return [];
  return meta.sessionOnly ? [{ session: [] }] : [{ token: [] }, { session: [] }];
}

function tagOf({ name }: RestRoute): string {
  return name.slice(0, name.indexOf('.'));
}

function mask(fields: string[]): Record<string, true> {
  return Object.fromEntries(fields.map((field) => [field, true]));
}

function hasFields(schema: z.ZodObject): boolean {
  return Object.keys(schema.shape).length > 0;
}
