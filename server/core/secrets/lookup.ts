import type pg from 'pg';
import { isUnavailable } from '#db/errors.ts';
import type { RateLimit } from '#server/config.ts';
import type { CredentialKind, Grant, Resources, Role } from '#server/core/access/schema.ts';
import type { CredentialState } from '#server/core/secrets/rules.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    lookup: Lookup;
  }
}

/** Who holds a credential: a person, for a key its tenant, for an agent's the person whose agent it is. */
export type FoundHolder =
  | {
      kind: 'user';
      user: { id: string; email: string; name: string; role: Role };
      isPlatformAdmin: boolean;
    }
  | { kind: 'key'; madeBy: string }
  | { kind: 'agent'; owner: { id: string; role: Role } };

/** A credential found by the hash of its secret, with its holder and tenant as they are at this moment. */
export interface FoundCredential extends CredentialState {
  hash: Buffer;
  id: string;
  kind: CredentialKind;
  name: string;
  prefix: string;
  /** Of the secret that was shown: rises with every rotation. */
  epoch: number;
  /** Shown for the first time, it takes the place of the current one: see `promoteStaged`. */
  isStaged: boolean;
  /** False of an agent's that was staged and never took the place of the current one. */
  hasWorked: boolean;
  grant: Grant;
  /** Null: every resource. */
  resources: Resources | null;
  tenantId: string;
  tenant: { slug: string; name: string };
  /** Its own, or its tenant's. */
  rateLimit: RateLimit | null;
  holder: FoundHolder;
  /** The tenant's setting: a retired secret that is used again switches its credential off. */
  disableOnReuse: boolean;
  /** The tenant's setting: for how long an agent's secret that has expired may still be replaced. */
  recoveryDays: number;
}

export type Lookup = LookupOf<FoundCredential>;

export type LookupOf<Found> = (hash: Buffer) => Promise<Found | undefined>;

const batchesUnderWay = 2;
const batchSize = 500;

interface Waiting<Found> {
  hash: Buffer;
  promise: Promise<Found | undefined>;
  resolve: (found: Found | undefined) => void;
  reject: (error: unknown) => void;
}

/**
 * Finds credentials or sessions by hash, every time in the database. Look-ups that come in by the same turn of the event loop, or while
 * two batches are under way, travel together; a lone one leaves at the end of its turn, which is at once. A hash asked for
 * twice is sent once, but only while it has not been sent: whoever asks after a revocation was committed must not be given an
 * answer from before it.
 */
export function createLookup<Found extends { hash: Buffer }>(
  find: (hashes: Buffer[]) => Promise<Found[]>,
): LookupOf<Found> {
  let waiting = new Map<string, Waiting<Found>>();
  let underWay = 0;
  let isDue = false;

  function sendSoon(): void {
    if (isDue || underWay >= batchesUnderWay) return;
    isDue = true;
    setImmediate(sendNext);
  }

  function sendNext(): void {
    isDue = false;
    // Those that waited may have been refused since.
    if (waiting.size === 0) return;
    underWay++;
    void send(takeBatch());
  }

  function takeBatch(): Map<string, Waiting<Found>> {
    const all = waiting;
    if (all.size <= batchSize) {
      waiting = new Map();
      return all;
    }
    const entries = [...all];
    waiting = new Map(entries.slice(batchSize));
    return new Map(entries.slice(0, batchSize));
  }

  async function send(batch: Map<string, Waiting<Found>>): Promise<void> {
    try {
      const found = await find([...batch.values()].map((item) => item.hash));
      const byHash = new Map(found.map((row) => [row.hash.toString('latin1'), row]));
      for (const [key, item] of batch) item.resolve(byHash.get(key));
    } catch (error) {
      for (const item of batch.values()) item.reject(error);
      if (isUnavailable(error)) rejectWaiting(error);
    } finally {
      underWay--;
      if (waiting.size > 0) sendSoon();
    }
  }

  /** Whoever waits behind a batch that waited for the database in vain has waited as long, and would once more. */
  function rejectWaiting(error: unknown): void {
    for (const item of waiting.values()) item.reject(error);
    waiting = new Map();
  }

  return (hash) => {
    const key = hash.toString('latin1');
    const earlier = waiting.get(key);
    if (earlier) return earlier.promise;
    const item: Waiting<Found> = { hash, ...Promise.withResolvers<Found | undefined>() };
    waiting.set(key, item);
    sendSoon();
    return item.promise;
  };
}

/**
 * The prepared statement behind the look-up, the hashes in one row of bytes: one row for each that is a secret, or was one.
 * What a deleted person held counts as revoked, whether or not the job that writes it into each has come by.
 */
export function findCredentials(pool: pg.Pool): (hashes: Buffer[]) => Promise<FoundCredential[]> {
  return async (hashes) => {
    const { rows } = await pool.query<Row>({
      name: 'find_credentials',
      text: statement,
      values: [Buffer.concat(hashes)],
    });
    return rows.map(toFound);
  };
}

const statement = `
  select s.hash, s.prefix, s.epoch, s.state, s.valid_until, s.expires_at as secret_expires_at, c.id, c.kind, c.name, c.permissions, c.resources, c.ip_allowlist, c.enabled,
         coalesce(c.revoked_at, case when a.id is null then u.deleted_at end) as revoked_at, a.paused_at,
         (extract(epoch from c.expires_at) * 1000)::float8 as expires_ms,
         c.tenant_id, t.slug, t.name as tenant_name, t.disable_on_reuse, t.agent_recovery_days, t.suspended_at, c.made_by,
         coalesce(c.calls_per_second, t.calls_per_second) as calls_per_second,
         coalesce(c.calls_at_once, t.calls_at_once) as calls_at_once,
         u.id as user_id, u.email, u.name as user_name, u.role, u.platform_admin,
         coalesce(u.deactivated_at, u.deleted_at) is null as owner_active
  from secrets s
  join credentials c on c.id = s.credential_id
  left join agents a on a.id = c.id and c.kind = 'agent'
  left join users u on u.id = coalesce(c.owner_user_id, a.owner_user_id)
  join tenants t on t.id = c.tenant_id
  where s.hash = any (array(select substr($1::bytea, at, 32) from generate_series(1, length($1::bytea), 32) as at))
    and (a.id is not null or (c.kind <> 'agent' and s.state <> 'staged'))`;

interface Row {
  hash: Buffer;
  prefix: string;
  epoch: number;
  state: 'current' | 'staged' | 'grace' | 'retired';
  valid_until: Date | null;
  secret_expires_at: Date | null;
  id: string;
  kind: CredentialKind;
  name: string;
  permissions: Grant;
  resources: Resources | null;
  ip_allowlist: string[];
  enabled: boolean;
  expires_ms: number | null;
  revoked_at: Date | null;
  paused_at: Date | null;
  tenant_id: string;
  slug: string;
  tenant_name: string;
  suspended_at: Date | null;
  made_by: string | null;
  calls_per_second: number | null;
  calls_at_once: number | null;
  /** Of the owner of a personal token or of an agent, as are the five below. */
  user_id: string | null;
  email: string;
  user_name: string;
  role: Role;
  platform_admin: boolean;
  owner_active: boolean;
  disable_on_reuse: boolean;
  agent_recovery_days: number;
}

function toFound(row: Row): FoundCredential {
  return {
    hash: row.hash,
    id: row.id,
    kind: row.kind,
    name: row.name,
    prefix: row.prefix,
    epoch: row.epoch,
    isStaged: row.state === 'staged',
    hasWorked: row.kind !== 'agent' || row.secret_expires_at !== null,
    grant: row.permissions,
    resources: row.resources,
    ipAllowlist: row.ip_allowlist,
    enabled: row.enabled,
    expiresAt: row.expires_ms === null ? null : new Date(row.expires_ms),
    revokedAt: row.revoked_at,
    ownerActive: row.owner_active,
    tenantSuspended: row.suspended_at !== null,
    paused: row.paused_at !== null,
    secretEndsAt: row.valid_until,
    secretExpiresAt: row.secret_expires_at,
    disableOnReuse: row.disable_on_reuse,
    recoveryDays: row.agent_recovery_days,
    tenantId: row.tenant_id,
    tenant: { slug: row.slug, name: row.tenant_name },
    rateLimit:
      row.calls_per_second && row.calls_at_once
        ? { perSecond: row.calls_per_second, atOnce: row.calls_at_once }
        : null,
    holder: holderOf(row),
  };
}

function holderOf(row: Row): FoundHolder {
  if (row.kind === 'key') return { kind: 'key', madeBy: row.made_by ?? '' };
  const id = row.user_id ?? '';
  if (row.kind === 'agent') return { kind: 'agent', owner: { id, role: row.role } };
  const user = { id, email: row.email, name: row.user_name, role: row.role };
  return { kind: 'user', user, isPlatformAdmin: row.platform_admin };
}
