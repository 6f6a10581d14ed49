import { noteRefused } from '#server/core/authentication/authenticate.ts';
import { tellHolder } from '#server/core/authentication/reuse.ts';
import { isWorking } from '#server/core/secrets/rules.ts';
import { admitAddress, emptyBody } from '#server/doors/http/admit.ts';
import type { Exchange } from '#server/doors/http/exchange.ts';
import { findUrlSecrets } from '#server/doors/http/request.ts';
import { AppError } from '#server/errors.ts';
import type { Secret } from '#server/secret.ts';

/**
 * Refuses an address with a token in it: addresses end up in logs, histories and referrers. The token's owner finds it in
 * the audit log. Throws `token_in_url`, and `rate_limited` for an address that goes on.
 */
export function assertNoTokenInUrl(exchange: Exchange): Promise<never> | undefined {
  const secrets = findUrlSecrets(exchange.req.url ?? '');
  return secrets.length > 0 ? refuseUrlTokens(exchange, secrets) : undefined;
}

async function refuseUrlTokens(exchange: Exchange, secrets: Secret[]): Promise<never> {
  const { runtime, facts } = exchange;
  await admitAddress(exchange, emptyBody);
  const found = await Promise.all(secrets.slice(0, 5).map((secret) => runtime.lookup(secret.hash())));
  const refusal = { action: 'credential.exposed', code: 'token_in_url' } as const;
  for (const credential of found) {
    if (!credential) continue;
    noteRefused(runtime, facts, credential, refusal);
    if (isWorking(credential, runtime.clock.now())) await tellHolder(runtime, facts, credential, 'exposed');
  }
  throw new AppError(
    'token_in_url',
    'Send the token as "Authorization: Bearer <token>". This one has been seen now: revoke it and make another.',
  );
}
