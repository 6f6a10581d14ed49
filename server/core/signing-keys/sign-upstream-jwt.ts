import { randomUUIDv7 } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Runtime } from '#server/core/access/context.ts';
import { credentialId, type Principal, type TenantId } from '#server/core/access/principal.ts';
import { openSigner } from '#server/core/signing-keys/rotate-keys.ts';
import { signingLimits } from '#server/core/signing-keys/schema.ts';

/** For whom Keyward asks an upstream; without a principal it asks for itself. */
export interface UpstreamCaller {
  tenantId: TenantId;
  principal: Principal | null;
}

/**
 * A JWT of five minutes that tells a server of others who calls it, checkable with our public keys. Its type is another than
 * that of `signJwt`, so that what an upstream was shown opens nothing here.
 */
export async function signUpstreamJwt(
  runtime: Runtime,
  { tenantId, principal }: UpstreamCaller,
  audience: string,
): Promise<string> {
  const { kid, privateKey } = await openSigner(runtime);
  const now = Math.floor(runtime.clock.now().getTime() / 1_000);
  const end = principal?.origin.expiresAt?.getTime() ?? Infinity;
  const claims = {
    actor: principal ? `${principal.actor.kind}:${principal.actor.id}` : 'system:keyward',
    tenant: tenantId,
    credential: principal && credentialId(principal),
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid })
    .setIssuer(runtime.config.url.origin)
    .setSubject(principal?.actor.id ?? 'keyward')
    .setAudience(audience)
    .setJti(randomUUIDv7())
    .setIssuedAt(now)
    .setExpirationTime(Math.min(now + signingLimits.tokenLife, Math.floor(end / 1_000)))
    .sign(privateKey);
}
