import type { Ctx } from '#server/core/access/context.ts';
import { auditRow, insertAuditRows } from '#server/core/audit/record.ts';
import { displayPrefix, findSecrets } from '#server/core/secrets/format.ts';
import { findByHash } from '#server/credentials/token-triage/queries.ts';
import {
  triageLimits,
  type IdentificationView,
  type IdentifyInput,
} from '#server/credentials/token-triage/schema.ts';
import { readTokens } from '#server/credentials/tokens/read-tokens.ts';

/** Whose the tokens in a text are. Of the text nothing is kept; that it was asked is audited, with how many were found. */
export function identifyTokens(ctx: Ctx, { text }: IdentifyInput): Promise<IdentificationView> {
  const { tenantId } = ctx.principal;
  const secrets = [...new Map(findSecrets(text).map((secret) => [secret.hash().toString('hex'), secret]))];
  const looked = secrets.slice(0, triageLimits.identifiedTokens);
  return ctx.change(async (tx) => {
    const found = await findByHash(
      tx,
      tenantId,
      looked.map(([, secret]) => secret.hash()),
    );
    const stateOf = new Map(found.map((row) => [row.hash.toString('hex'), row]));
    const ids = [...new Set(found.map((row) => row.tokenId))];
    const tokens = new Map(
      (await readTokens(tx, tenantId, ids, ctx.now())).map((token) => [token.id, token]),
    );
    const detail = { found: secrets.length, known: ids.length };
    const audited = auditRow(ctx, { action: 'token.identify', detail });
    if (ctx.runtime.auditQueue.admits(audited)) await insertAuditRows(tx, [audited]);
    const items = looked.map(([hash, secret]) => {
      const row = stateOf.get(hash);
      const token = (row && tokens.get(row.tokenId)) ?? null;
      return {
        prefix: displayPrefix(secret),
        state: row && token ? row.state : ('unknown' as const),
        token,
      };
    });
    return { items, skipped: secrets.length - looked.length };
  });
}
