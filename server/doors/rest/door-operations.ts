import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { forwardOperation } from '#server/doors/forward-auth/forward-door.ts';
import type { DoorOperation } from '#server/doors/http/operation.ts';
import { oauthOperations } from '#server/doors/oauth/oauth-door.ts';
import type { ErrorCode } from '#server/errors.ts';

/** What doors other than the REST API's answer. */
export const doorOperations: readonly DoorOperation[] = [forwardOperation, ...oauthOperations];

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
