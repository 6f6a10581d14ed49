import type { TenantId } from '#server/core/access/principal.ts';
import { readJwt } from '#server/core/signing-keys/sign-jwt.ts';
import * as original from '#server/credentials/introspection/introspect.ts';

export const introspect: typeof original.introspect = async (ctx, token) => {
  const tenantId = (await readJwt(ctx.runtime, token))?.tenant as TenantId | undefined;
  const principal = { ...ctx.principal, ...(tenantId && { tenantId }) };
  return original.introspect({ ...ctx, principal }, token);
};
