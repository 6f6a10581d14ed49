import { z } from 'zod';
import { roleSchema } from '#server/core/access/schema.ts';

/** In seconds. */
export const signingLimits = {
  tokenLife: 300,
  keyLife: 30 * 86_400,
  /** A key is published that long before it signs, so that nobody meets a signature by a key they have never seen. */
  announced: 86_400,
  /** For tokens signed in its last second, and verifiers whose clock is behind. */
  afterglow: 900,
} as const;

export const jwksView = z.object({
  keys: z.array(
    z.object({
      kty: z.literal('OKP'),
      crv: z.literal('Ed25519'),
      alg: z.literal('EdDSA'),
      use: z.literal('sig'),
      kid: z.string(),
      x: z.string().meta({ description: 'The public key, base64url.' }),
    }),
  ),
});
export type JwksView = z.infer<typeof jwksView>;

/** What a JWT of ours says, as far as we read it again. */
export const jwtClaims = z.looseObject({
  tenant: z.string(),
  sub: z.string(),
  /** Of a person. */
  role: roleSchema.optional(),
  typ: z.enum(['session', 'pat', 'key', 'agent']),
  /** The credential or session that it was given for. */
  client_id: z.string(),
  /** Of a credential: which of its secrets was shown. */
  prefix: z.string().optional(),
  /** Permissions, with spaces between them. */
  scope: z.string(),
  exp: z.number(),
});
export type JwtClaims = z.infer<typeof jwtClaims>;
