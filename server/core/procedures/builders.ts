import { initTRPC, TRPCError } from '@trpc/server';
import type { OpenWays } from '#server/config.ts';
import type { AnyoneCtx, Ctx, PersonCtx } from '#server/core/access/context.ts';
import { assertFreshSignIn } from '#server/core/access/fresh.ts';
import type { Permission } from '#server/core/access/schema.ts';
import { assertWayOpen } from '#server/core/access/ways.ts';
import { noteDenied } from '#server/core/authentication/note-denied.ts';
import {
  assertPerson,
  requirePermission,
  requireSignedIn,
} from '#server/core/authentication/require-permission.ts';
import { toAppError, toProblem, type Problem } from '#server/core/procedures/problem.ts';
import { AppError, type Refusal } from '#server/errors.ts';

/** Where a procedure stands in the REST API, and what the OpenAPI document says of it. */
export interface RestMeta {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`; `{name}` stands for a field of the input. */
  path: string;
  summary: string;
  /** Status of a good answer; 204 sends no body. Default 200. */
  status: 200 | 201 | 202 | 204;
  /** The codes that this procedure in particular may answer with. */
  errors: readonly Refusal[];
  /** The media types of an answer that is a file. */
  downloads?: readonly string[];
}

export interface Meta {
  /** Who may call it: anyone, anyone who is somebody, or whoever holds a permission. */
  access?: 'anyone' | 'signed-in' | Permission;
  /** A bearer token will not do, whatever its permissions. */
  sessionOnly?: boolean;
  /** A session has to have been signed in lately. */
  fresh?: boolean;
  /** Makes or proves a secret, so it is never part of a batch. */
  unbatched?: boolean;
  /** How large a body of a caller who is not signed in may be; left out: `bodyLimits.stranger`. */
  strangerBytes?: number;
  rest?: RestMeta;
}

const trpc = initTRPC
  .context<AnyoneCtx>()
  .meta<Meta>()
  .create({
    isDev: false,
    // A proxy lets go of what is silent for a minute; whoever stays open proves anew who they are now and then.
    sse: { ping: { enabled: true, intervalMs: 20_000 }, maxDurationMs: 15 * 60_000 },
    errorFormatter({ shape, error, ctx }): typeof shape & { data: { problem: Problem } } {
      const refusal = toAppError(error);
      const problem = toProblem(refusal, ctx?.request.id ?? refusal.requestId ?? '');
      return { ...shape, message: problem.detail, data: { ...shape.data, problem } };
    },
  });

export const router = trpc.router;

/** Refusals are thrown as `AppError`; tRPC takes its HTTP status from a code of its own. */
const translated = trpc.procedure.use(async ({ ctx, meta, next }) => {
  const result = await next();
  if (result.ok) return result;
  const refusal = toAppError(result.error);
  noteDenied(ctx, refusal, { permission: meta?.access ?? 'anyone' });
  throw asTrpcError(refusal);
});

export function asTrpcError(refusal: AppError): TRPCError {
  return new TRPCError({ code: trpcCode(refusal.status), cause: refusal });
}

/** For everyone, signed in or not. */
export const anyone = translated.meta({ access: 'anyone' });

/** For whoever is somebody, whatever their permissions. */
export const signedIn = translated
  .meta({ access: 'signed-in' })
  .use(({ ctx, next }) => next({ ctx: requireSignedIn(ctx) }));

/** The same, but for a person. */
export const signedInPerson = signedIn.use(({ ctx, next }) => next({ ctx: assertPerson(ctx) }));

/** The same, in a browser only. */
export const signedInBySession = translated
  .meta({ access: 'signed-in', sessionOnly: true })
  .use(({ ctx, next }) => next({ ctx: assertInSession(requireSignedIn(ctx)) }));

/** The same, and signed in within the last hours. */
export const signedInFreshly = signedInBySession
  .meta({ fresh: true })
  .use(({ ctx, next }) => next({ ctx: assertFresh(ctx) }));

/** For all who hold the permission, by a session or by a credential that was granted it: see `requirePermission`. */
export function permitted<P extends Permission>(permission: P) {
  return translated
    .meta({ access: permission })
    .use(({ ctx, next }) => next({ ctx: requirePermission(ctx, permission) }));
}

/** The same, but for a person in a browser only: a token cannot make or change what lets people in. */
export function permittedInSession(permission: Permission) {
  return translated.meta({ access: permission, sessionOnly: true }).use(({ ctx, next }) => {
    const person = assertInSession(requireSignedIn(ctx));
    requirePermission(person, permission);
    return next({ ctx: person });
  });
}

/** As `permitted`, but a session has to have been signed in within the last hours: see `freshHours`. */
export function permittedFreshly<P extends Permission>(permission: P) {
  return permitted(permission)
    .meta({ fresh: true })
    .use(({ ctx, next }) => next({ ctx: assertFresh(ctx) }));
}

/** As `permittedInSession`, and signed in within the last hours. */
export function permittedFreshlyInSession(permission: Permission) {
  return permittedInSession(permission)
    .meta({ fresh: true })
    .use(({ ctx, next }) => next({ ctx: assertFresh(ctx) }));
}

/** For what belongs to a way to sign in: refused while that is closed. Throws `passwords_off`, `not_found`. */
export function whileOpen(way: keyof OpenWays) {
  return trpc.middleware(({ ctx, next }) => {
    assertWayOpen(ctx.runtime.config, way);
    return next();
  });
}

/** The REST side of a procedure, for `.meta()`. */
export function rest(
  method: RestMeta['method'],
  path: string,
  summary: string,
  options: Partial<Pick<RestMeta, 'status' | 'errors' | 'downloads'>> = {},
): { rest: RestMeta } {
  return { rest: { status: 200, errors: [], ...options, method, path, summary } };
}

/** What the builders above hold, for a call that goes round them. */
export function assertAccess(ctx: AnyoneCtx, { access, sessionOnly, fresh }: Meta): Ctx {
  if (access === undefined || access === 'anyone' || sessionOnly || fresh)
    throw new Error('This way is for procedures that ask for a permission and no more.');
  return access === 'signed-in' ? requireSignedIn(ctx) : requirePermission(ctx, access);
}

function assertInSession(ctx: Ctx): PersonCtx {
  if (ctx.principal.origin.kind === 'session') return assertPerson(ctx);
  throw new AppError('session_required', 'A token cannot do this. Sign in to Keyward in a browser.');
}

function assertFresh<C extends Ctx>(ctx: C): C {
  assertFreshSignIn(ctx);
  return ctx;
}

function trpcCode(status: number): TRPCError['code'] {
  const codes: Record<number, TRPCError['code']> = {
    400: 'BAD_REQUEST',
    401: 'UNAUTHORIZED',
    403: 'FORBIDDEN',
    404: 'NOT_FOUND',
    405: 'METHOD_NOT_SUPPORTED',
    409: 'CONFLICT',
    413: 'PAYLOAD_TOO_LARGE',
    415: 'UNSUPPORTED_MEDIA_TYPE',
    422: 'UNPROCESSABLE_CONTENT',
    429: 'TOO_MANY_REQUESTS',
    503: 'SERVICE_UNAVAILABLE',
  };
  return codes[status] ?? 'INTERNAL_SERVER_ERROR';
}
