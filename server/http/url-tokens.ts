import { createCtx } from '#server/access/context.ts';
import type { TenantId } from '#server/access/principal.ts';
import { auditRow } from '#server/audit/record.ts';
import type { FoundCredential } from '#server/credentials/lookup.ts';
import { AppError } from '#server/errors.ts';
import type { Exchange } from '#server/http/exchange.ts';
import { findUrlSecrets } from '#server/http/request.ts';

/**
 * Refuses an address with a token in it: addresses end up in logs, histories and referrers. The token's owner finds it in
 * the audit log. Throws `token_in_url`.
 */
export async function assertNoTokenInUrl(exchange: Exchange): Promise<void> {
  const url = exchange.req.url ?? '';
  const secrets = findUrlSecrets(url);
  if (secrets.length === 0) return;
  const found = await Promise.all(
    secrets.slice(0, 5).map((secret) => exchange.runtime.lookup(secret.hash())),
  );
  for (const credential of found) if (credential) noteExposed(exchange, credential);
  throw new AppError(
    'token_in_url',
    'Send the token as "Authorization: Bearer <token>". This one has been seen now: revoke it and make another.',
  );
}

function noteExposed({ runtime, facts }: Exchange, { id, name, owner, tenantId }: FoundCredential): void {
  const ctx = createCtx(runtime, { request: facts, principal: null, reply: { setCookie: () => {} } });
  const actor = { kind: 'anonymous', id: null, label: 'unknown', tenantId: tenantId as TenantId } as const;
  const resource = { type: 'token', id, label: name };
  const entry = {
    action: 'credential.exposed',
    outcome: 'denied',
    code: 'token_in_url',
    actor,
    resource,
  } as const;
  runtime.auditQueue.addRefusal(auditRow(ctx, { ...entry, detail: { owner: owner.email } }));
}
