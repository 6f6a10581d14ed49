import { and, asc, eq, gt, inArray, isNull, not, or, sql } from 'drizzle-orm';
import type { Transaction } from '#db/client.ts';
import { isGone } from '#db/gone-tokens.ts';
import { agents } from '#db/schema/agents.ts';
import { credentials, secrets } from '#db/schema/credentials.ts';
import type { AnyoneCtx } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { auditRow, credentialResource, insertAuditRows } from '#server/core/audit/record.ts';
import { addressBlock } from '#server/core/network/address.ts';
import { findKeyContacts } from '#server/core/notifications/find-key-contacts.ts';
import { notify, type NewNotice } from '#server/core/notifications/notify.ts';
import type { CountWindow } from '#server/core/rate-limits/count-window.ts';
import { parseSecret } from '#server/core/secrets/format.ts';
import { retireAgentSecrets } from '#server/credentials/rotation/retire-agent-secrets.ts';
import type { ReceivedTokensView, RevokeFoundInput } from '#server/credentials/tokens/schema.ts';
import { AppError } from '#server/errors.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    /** Reports of found tokens in the last minute, by network. */
    reports: CountWindow;
  }
}

const reason = 'Reported by somebody who holds it';
const callsPerMinute = 20;

/**
 * Ends every token among some strings, and of an agent its secret: anyone who shows one that works may end it. The answer is the same whatever they
 * were. A secret that a rotation has replaced ends nothing: it is worth nothing, and its finder must not stop what replaced it.
 * Throws `rate_limited` for an address that asks more than 20 times a minute, of each server.
 */
export async function revokeFoundTokens(
  ctx: AnyoneCtx,
  { tokens }: RevokeFoundInput,
): Promise<ReceivedTokensView> {
  const { runtime, request } = ctx;
  if (runtime.reports.count(addressBlock(request.address), ctx.now()) > callsPerMinute)
    throw new AppError('rate_limited', 'Too many reports from your address. Wait a minute.', {
      retryAfterSeconds: 60,
    });
  const hashes = tokens.flatMap((text) => parseSecret(text.trim())?.secret.hash() ?? []);
  if (hashes.length > 0) await ctx.change((tx) => revokeByHash(tx, ctx, hashes));
  return { received: tokens.length };
}

const actions = { pat: 'token.revoke', key: 'key.revoke', agent: 'agent.revoke_secret' } as const;

async function revokeByHash(tx: Transaction, ctx: AnyoneCtx, hashes: Buffer[]): Promise<void> {
  const at = ctx.now();
  const found = await lockFound(tx, hashes, at);
  if (found.length === 0) return;
  const ids = found.flatMap(({ id, kind }) => (kind === 'agent' ? [] : [id]));
  await tx
    .update(credentials)
    .set({ revokedAt: at, revokeReason: reason })
    .where(inArray(credentials.id, ids));
  // An agent stays, to be enrolled again.
  for (const agent of found.filter(({ kind }) => kind === 'agent'))
    await retireAgentSecrets(tx, ctx, { agent, actor: holderOf(agent) });
  const rows = found.map((credential) =>
    auditRow(ctx, {
      action: actions[credential.kind],
      resource: credentialResource(credential),
      actor: holderOf(credential),
      detail: { reason },
    }),
  );
  await insertAuditRows(tx, rows);
  const facts = { kind: 'revoked_by_holder', day: at, address: ctx.request.address } as const;
  const notices: NewNotice[] = [];
  for (const credential of found)
    for (const whose of await findContacts(tx, credential)) notices.push({ ...whose, ...facts });
  await notify(tx, ctx.runtime, notices);
}

const holderOf = ({ tenantId }: Found) =>
  ({ kind: 'anonymous', id: null, label: 'holder', tenantId: tenantId as TenantId }) as const;

type Found = Awaited<ReturnType<typeof lockFound>>[number];

/** Whom each credential is told of: its owner, an agent's, or those who answer for a key. */
async function findContacts(tx: Transaction, { id: credentialId, tenantId, ownerId, madeBy }: Found) {
  const whom = ownerId ? [ownerId] : await findKeyContacts(tx, { tenantId, madeBy: madeBy ?? '' });
  return whom.map((userId) => ({ credentialId, tenantId, userId }));
}

/** Locks in the order of ids, as everywhere. A secret tells its tenant. */
function lockFound(tx: Transaction, hashes: Buffer[], at: Date) {
  // A staged one, which only agents have, works from its first use on.
  const works = or(
    inArray(secrets.state, ['current', 'staged']),
    and(eq(secrets.state, 'grace'), gt(secrets.validUntil, at)),
  );
  const shown = tx
    .select({ id: secrets.credentialId })
    .from(secrets)
    .where(and(inArray(secrets.hash, hashes), works));
  return tx
    .select({
      id: credentials.id,
      name: credentials.name,
      tenantId: credentials.tenantId,
      kind: credentials.kind,
      ownerId: sql<string | null>`coalesce(${credentials.ownerUserId}, ${agents.ownerUserId})`,
      madeBy: credentials.madeBy,
    })
    .from(credentials)
    .leftJoin(agents, eq(agents.id, credentials.id))
    .where(
      and(
        inArray(credentials.id, shown),
        isNull(credentials.revokedAt),
        not(isGone),
        sql`(${credentials.expiresAt} <= ${at.toISOString()}) is not true`,
      ),
    )
    .orderBy(asc(credentials.id))
    .for('no key update', { of: credentials });
}
