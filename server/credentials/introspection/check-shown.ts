import type { Ctx } from '#server/core/access/context.ts';
import type { Principal } from '#server/core/access/principal.ts';
import {
  checkToken,
  detailOf,
  noteAdmitted,
  type BearerRefusal,
} from '#server/core/authentication/authenticate.ts';
import { findResourceRefusal } from '#server/core/authentication/require-resource.ts';
import { readAddress } from '#server/core/network/address.ts';
import type { RateTaken } from '#server/core/rate-limits/rates.ts';
import type { VerifyCode, VerifyInput, VerifyView } from '#server/credentials/introspection/schema.ts';

/** What a token that was shown to a service comes to, at this moment. Its use and its rate are counted as if it were shown here. */
export async function checkShown(ctx: Ctx, input: VerifyInput): Promise<VerifyView> {
  const { runtime, principal, request } = ctx;
  const address = readAddress(input.address ?? '');
  const asked = { by: principal, address };
  const shown = { ...request, userAgent: null };
  const verdict = await checkToken(runtime, input.token, shown, asked);
  if ('refusal' in verdict) return { valid: false, code: toVerifyCode(verdict.refusal) };
  const who = describe(verdict.principal);
  const noteUse = () =>
    noteAdmitted(runtime, verdict.principal, { ...shown, address: address ?? request.address });
  if (input.permission && !verdict.principal.permissions.has(input.permission)) {
    noteUse();
    return { valid: false, code: 'permission_denied', ...who };
  }
  if (
    input.resource &&
    findResourceRefusal(
      { ...ctx, principal: verdict.principal, request: shown },
      input.resource,
      detailOf(asked),
    )
  ) {
    noteUse();
    return { valid: false, code: 'resource_denied', ...who };
  }
  const taking = takeRate(ctx, verdict.principal, input.cost);
  const taken = taking instanceof Promise ? await taking : taking;
  const limits = taken && { limits: { rate: describeRate(taken) } };
  if (taken?.allowed === false) return { valid: false, code: 'rate_limited', ...who, ...limits };
  noteUse();
  return { valid: true, code: 'valid', ...who, ...limits };
}

function describe(principal: Principal): Pick<VerifyView, 'principal' | 'credential' | 'expiresAt'> {
  const { origin, resources } = principal;
  const credential = origin.kind === 'credential' ? origin : undefined;
  return {
    principal: describeActor(principal),
    ...(credential && {
      credential: {
        id: credential.id,
        kind: credential.credentialKind,
        name: credential.name,
        prefix: credential.prefix,
        permissions: credential.grant,
        resources,
      },
      expiresAt: credential.expiresAt?.toISOString() ?? null,
    }),
  };
}

function describeActor(principal: Principal): VerifyView['principal'] {
  const { tenantId, actor, permissions } = principal;
  const held = { tenantId, permissions: [...permissions] };
  if (principal.kind === 'user') return { kind: 'user', ...principal.user, ...held };
  const machine = { id: actor.id, name: actor.label, ...held };
  if (principal.kind === 'key') return { kind: 'key', ...machine };
  return { kind: 'agent', ownerId: principal.agent.ownerId, ...machine };
}

function takeRate({ runtime }: Ctx, { origin }: Principal, cost: number) {
  const own = origin.kind === 'credential' ? origin.rateLimit : null;
  const limit = own ?? runtime.config.rateLimits.token;
  return limit && runtime.rates.take(origin.id, limit, cost);
}

function describeRate({ limit, remaining, retryInMs }: RateTaken) {
  return { ...limit, remaining, retryInSeconds: Math.ceil(retryInMs / 1_000) };
}

/** To a service, a secret that a rotation replaced is one that does not work. */
function toVerifyCode(refusal: BearerRefusal): VerifyCode {
  return refusal === 'secret_retired' ? 'token_invalid' : refusal;
}
