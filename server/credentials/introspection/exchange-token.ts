import { randomUUIDv7 } from 'node:crypto';
import type { Runtime } from '#server/core/access/context.ts';
import type { Principal } from '#server/core/access/principal.ts';
import type { Permission } from '#server/core/access/schema.ts';
import { signJwt } from '#server/core/signing-keys/sign-jwt.ts';
import type { ExchangeView } from '#server/credentials/introspection/schema.ts';
import { AppError } from '#server/errors.ts';

export interface ExchangeInput {
  /** Permissions separated by spaces; left out: all of them. */
  scope: string | undefined;
  audience: string | undefined;
}

/**
 * A JWT for whoever asks, by a token or a session: what they may do now, for five minutes, whatever happens meanwhile.
 * Throws `permission_denied` for a scope beyond what they hold.
 */
export async function exchangeToken(
  runtime: Runtime,
  principal: Principal,
  { scope: asked, audience }: ExchangeInput,
): Promise<ExchangeView> {
  const scope = narrow(principal, asked);
  const { jwt, expiresIn } = await signJwt(runtime, principal, { jti: randomUUIDv7(), scope, audience });
  return {
    access_token: jwt,
    issued_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_type: 'Bearer',
    expires_in: expiresIn,
    scope,
  };
}

function narrow({ permissions }: Principal, asked: string | undefined): string {
  if (!asked) return [...permissions].join(' ');
  const wanted = [...new Set(asked.split(' '))];
  const beyond = wanted.find((permission) => !permissions.has(permission as Permission));
  if (beyond === undefined) return wanted.join(' ');
  throw new AppError('permission_denied', `What was asked for goes beyond what this credential may do.`);
}
