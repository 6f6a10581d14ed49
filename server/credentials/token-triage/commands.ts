import type { Transaction } from '#db/client.ts';
import type { PersonCtx } from '#server/core/access/context.ts';
import { auditRow, insertAuditRows } from '#server/core/audit/record.ts';
import { lockTokens, updateTokens, type LockedToken } from '#server/credentials/token-triage/queries.ts';
import { assertAllFound, changeOf, needsChange } from '#server/credentials/token-triage/rules.ts';
import type {
  AdminRevokeInput,
  AdminTokenView,
  BulkAction,
  BulkInput,
  BulkView,
} from '#server/credentials/token-triage/schema.ts';
import { readTokens } from '#server/credentials/tokens/read-tokens.ts';
import { notFound } from '#server/errors.ts';

/** Anyone's token. Throws `not_found` for unknown ids and for another tenant's. */
export async function getAdminToken(
  { runtime, principal, now }: PersonCtx,
  id: string,
): Promise<AdminTokenView> {
  const [token] = await readTokens(runtime.db, principal.tenantId, [id], now());
  if (!token) throw notFound('token');
  return token;
}

/** Ends anyone's token for good. Repeating it changes nothing. Throws `not_found`. */
export function revokeAdminToken(ctx: PersonCtx, { id, reason }: AdminRevokeInput): Promise<AdminTokenView> {
  return changeOne(ctx, id, 'revoke', reason);
}

/** Switches anyone's token off or on. Repeating it changes nothing. Throws `not_found`; `token_ended` for one that cannot work again. */
export function switchAdminToken(
  ctx: PersonCtx,
  id: string,
  action: 'disable' | 'enable',
): Promise<AdminTokenView> {
  return changeOne(ctx, id, action);
}

/** Does one thing to up to 500 tokens: to all of them or, where one of them is unknown or has ended, to none. */
export function changeAdminTokens(ctx: PersonCtx, { ids, action, reason }: BulkInput): Promise<BulkView> {
  return ctx.change(async (tx) => {
    const locked = await lockTokens(tx, ctx.principal.tenantId, ids);
    assertAllFound(ids, locked);
    const changed = await change(tx, ctx, { locked, action, reason });
    return { changed: changed.map((token) => token.id) };
  });
}

function changeOne(ctx: PersonCtx, id: string, action: BulkAction, reason?: string): Promise<AdminTokenView> {
  const { tenantId } = ctx.principal;
  return ctx.change(async (tx) => {
    const locked = await lockTokens(tx, tenantId, [id]);
    if (locked.length === 0) throw notFound('token');
    await change(tx, ctx, { locked, action, reason });
    const [token] = await readTokens(tx, tenantId, [id], ctx.now());
    if (!token) throw notFound('token');
    return token;
  });
}

interface Change {
  locked: LockedToken[];
  action: BulkAction;
  reason: string | undefined;
}

/** Changes those that are not so already, with an audit row for each. */
async function change(
  tx: Transaction,
  ctx: PersonCtx,
  { locked, action, reason }: Change,
): Promise<LockedToken[]> {
  const at = ctx.now();
  const { tenantId, user } = ctx.principal;
  const tokens = locked.filter((token) => needsChange(token, action, at));
  if (tokens.length === 0) return tokens;
  const ids = tokens.map((token) => token.id);
  await updateTokens(tx, tenantId, ids, changeOf(action, { at, by: user.id, reason }));
  const rows = tokens.map(({ id, name, ownerId }) =>
    auditRow(ctx, {
      action: `token.admin_${action}`,
      resource: { type: 'token', id, label: name },
      detail: { ownerId, reason: reason ?? null },
    }),
  );
  await insertAuditRows(tx, rows);
  return tokens;
}
