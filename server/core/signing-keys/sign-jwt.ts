import { createLocalJWKSet, errors, jwtVerify, SignJWT } from 'jose';
import type { Runtime } from '#server/core/access/context.ts';
import type { Principal } from '#server/core/access/principal.ts';
import { listPublicKeys, openSigner } from '#server/core/signing-keys/rotate-keys.ts';
import { jwtClaims, signingLimits, type JwtClaims } from '#server/core/signing-keys/schema.ts';

export interface SignedJwt {
  jwt: string;
  expiresIn: number;
}

const mediaType = 'at+jwt';

export interface JwtRequest {
  jti: string;
  scope: string;
  audience: string | undefined;
}

/** A JWT of five minutes, or of what is left of the credential, that anyone can check with our public keys (RFC 9068). */
export async function signJwt(runtime: Runtime, principal: Principal, asked: JwtRequest): Promise<SignedJwt> {
  const { kid, privateKey } = await openSigner(runtime);
  const { origin, tenantId } = principal;
  const now = Math.floor(runtime.clock.now().getTime() / 1_000);
  const end = origin.expiresAt ? Math.floor(origin.expiresAt.getTime() / 1_000) : Infinity;
  const expiresAt = Math.min(now + signingLimits.tokenLife, end);
  const claims = {
    tenant: tenantId,
    ...(principal.kind === 'user' && { role: principal.user.role }),
    typ: origin.kind === 'session' ? 'session' : origin.credentialKind,
    client_id: origin.id,
    ...(origin.kind === 'credential' && { prefix: origin.prefix }),
    scope: asked.scope,
  };
  const jwt = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', typ: mediaType, kid })
    .setIssuer(runtime.config.url.origin)
    .setSubject(principal.actor.id)
    .setAudience(asked.audience ?? runtime.config.url.origin)
    .setJti(asked.jti)
    .setIssuedAt(now)
    .setExpirationTime(expiresAt)
    .sign(privateKey);
  return { jwt, expiresIn: expiresAt - now };
}

/** The claims of a JWT of ours that has not expired; undefined for anything else. Whether its credential lives, it cannot say. */
export async function readJwt(runtime: Runtime, text: string): Promise<JwtClaims | undefined> {
  try {
    const keys = createLocalJWKSet(await listPublicKeys(runtime));
    const { payload } = await jwtVerify(text, keys, {
      algorithms: ['EdDSA'],
      typ: mediaType,
      issuer: runtime.config.url.origin,
      currentDate: runtime.clock.now(),
    });
    return jwtClaims.parse(payload);
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
