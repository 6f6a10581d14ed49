import { listPublicKeys } from '#server/core/signing-keys/rotate-keys.ts';
import { jwksView } from '#server/core/signing-keys/schema.ts';
import { admitAddress, emptyBody } from '#server/doors/http/admit.ts';
import { sendJson } from '#server/doors/http/answer.ts';
import type { Exchange } from '#server/doors/http/exchange.ts';
import type { DoorOperation } from '#server/doors/http/operation.ts';
import { AppError } from '#server/errors.ts';

export const jwksOperation: DoorOperation = {
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
};

/** The public keys, which may be kept for five minutes: a new one is published a day before it signs. */
export async function answerJwks(exchange: Exchange): Promise<void> {
  const { runtime, req, res, facts } = exchange;
  facts.endpoint = `GET ${jwksOperation.path}`;
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    res.setHeader('Allow', 'GET, HEAD');
    throw new AppError('method_not_allowed', 'This address takes GET.');
  }
  await admitAddress(exchange, emptyBody);
  const keys = await listPublicKeys(runtime);
  res.setHeader('Cache-Control', 'public, max-age=300');
  sendJson(res, 200, keys);
}
