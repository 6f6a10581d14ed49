import type { Permission } from '#server/core/access/schema.ts';
import type { Desk } from '#server/testing/desk.ts';
import type { Person } from '#server/testing/person.ts';

interface Sample {
  name: string;
  expiresInDays: number | null;
  permissions?: Permission[];
  ipAllowlist?: string[];
  /** Days ago. */
  created: number;
  /** Minutes ago. */
  used?: number;
  from?: string;
  by?: string;
  count?: number;
  state?: 'disabled' | 'revoked' | 'expired';
  reason?: string;
}

const day = 24 * 60;

/** What a developer's tokens look like after some months. The last one listed is the newest. */
const samples: Sample[] = [
  {
    name: 'jenkins (old)',
    expiresInDays: 90,
    created: 240,
    used: 152 * day,
    from: '198.51.100.23',
    by: 'Jenkins',
    count: 40_211,
    state: 'expired',
  },
  {
    name: 'cursor on desktop',
    expiresInDays: 365,
    created: 214,
    used: 31 * day,
    from: '203.0.113.40',
    by: 'cursor/0.52',
    count: 1_904,
    state: 'revoked',
    reason: 'Laptop was lost',
  },
  {
    name: 'grafana reports',
    expiresInDays: null,
    permissions: ['usage:read'],
    ipAllowlist: ['198.51.100.0/24'],
    created: 180,
    used: 12,
    from: '198.51.100.7',
    by: 'Grafana/12.1',
    count: 91_337,
  },
  {
    name: 'backup-verify',
    expiresInDays: 365,
    permissions: ['profile:read', 'tokens:read', 'audit:read'],
    created: 121,
    used: 9 * 60,
    from: '192.0.2.14',
    by: 'curl/8.11',
    count: 240,
  },
  {
    name: 'staging deploy',
    expiresInDays: 90,
    permissions: ['profile:read', 'usage:write'],
    created: 85,
    used: 3 * day,
    from: '198.51.100.90',
    by: 'GitHub-Hookshot',
    count: 618,
  },
  {
    name: 'notebook experiments',
    expiresInDays: 365,
    created: 64,
    used: 20 * day,
    from: '203.0.113.7',
    by: 'python-httpx/0.28',
    count: 55,
    state: 'disabled',
  },
  {
    name: 'release pipeline',
    expiresInDays: 90,
    permissions: ['profile:read', 'tokens:read', 'usage:read', 'usage:write', 'mcp:call'],
    ipAllowlist: ['198.51.100.0/24', '2001:db8:40::/48'],
    created: 41,
    used: 38,
    from: '2001:db8:40::1f',
    by: 'GitHub-Actions',
    count: 3_120,
  },
  {
    name: 'Claude Code on laptop',
    expiresInDays: 90,
    created: 26,
    used: 1,
    from: '203.0.113.7',
    by: 'claude-code/2.4',
    count: 18_442,
  },
  {
    name: 'on-call phone',
    expiresInDays: 30,
    permissions: ['profile:read', 'tokens:read', 'tokens:revoke'],
    created: 12,
    used: 2 * day,
    from: '203.0.113.201',
    by: 'Shortcuts',
    count: 9,
  },
  {
    name: 'laptop',
    expiresInDays: 90,
    created: 8,
    used: 4,
    from: '203.0.113.7',
    by: 'keyward/1.0',
    count: 1_286,
  },
  { name: 'try-out', expiresInDays: 7, created: 0 },
];

/** Gives a person the sample tokens, each with a past of its own. */
export async function giveRealisticTokens(desk: Desk, owner: Person) {
  for (const { name, expiresInDays, permissions, ipAllowlist, ...past } of samples) {
    const { credential } = await owner.createToken({
      name,
      expiresInDays,
      ...(permissions && { permissions }),
      ...(ipAllowlist && { ipAllowlist }),
    });
    await givePast(desk, credential.id, past);
    await giveDailyUse(desk, credential.id, past);
    if (past.state === 'disabled')
      await owner.send(`PATCH /api/v1/tokens/${credential.id}`, { body: { enabled: false } });
    if (past.state === 'revoked') await revokeInThePast(desk, owner, credential.id, past);
  }
}

async function givePast(
  desk: Desk,
  id: string,
  { created, used, from, by, count }: Omit<Sample, 'name' | 'expiresInDays'>,
) {
  await desk.sql(
    `update credentials set
       created_at = created_at - make_interval(days => $2), expires_at = expires_at - make_interval(days => $2)
     where id = $1`,
    [id, created],
  );
  await desk.sql(
    `update credential_last_use set
       last_used_at = now() - make_interval(mins => $2), last_used_ip = $3, last_used_agent = $4, use_count = $5
     where credential_id = $1`,
    [id, used ?? null, from ?? null, by ?? null, count ?? 0],
  );
}

/** Busier on some days than on others, back from the day of its last use. */
async function giveDailyUse(
  desk: Desk,
  id: string,
  { used, from, by, count = 0 }: Pick<Sample, 'used' | 'from' | 'by' | 'count'>,
) {
  if (used === undefined || !from || !by) return;
  await desk.sql(
    `insert into credential_use (credential_id, day, address, endpoint, count, refused, last_at)
     select $1, (at at time zone 'UTC')::date, $2::inet, endpoint, 1 + ($3::int * (1 + sin(back * 1.7 + $3::int)) / 300)::int, 0, at
     from generate_series(0, 29) as back
     cross join (values ('GET /api/v1/me'), ('GET /api/v1/tokens')) as asked (endpoint)
     cross join lateral (select now() - make_interval(mins => $4, days => back) as at) as moment
     where (back * 5 + $3::int) % 7 > 1 and at > now() - interval '29 days'`,
    [id, from, count, used],
  );
}

/** Some hours after its last use, which no door would do. */
async function revokeInThePast(desk: Desk, owner: Person, id: string, { reason }: Pick<Sample, 'reason'>) {
  await desk.sql(
    `update credentials set revoked_at = last_used_at + interval '5 hours', revoked_by = $2, revoke_reason = $3
     from credential_last_use where id = $1 and credential_id = id`,
    [id, owner.id, reason],
  );
}

/** One notice of each sort, about the sample tokens. */
export async function giveNotices(desk: Desk, owner: Person) {
  await desk.sql(
    `insert into notices (id, tenant_id, user_id, credential_id, kind, day, address, created_at)
     select gen_random_uuid(), c.tenant_id, c.owner_user_id, c.id, told.kind, current_date, told.address::inet, now() + told.after
     from credentials c
     join (values
       ('staging deploy', 'expires_7', null, interval '1 second'),
       ('jenkins (old)', 'expired_in_use', '198.51.100.23', interval '2 seconds'),
       ('laptop', 'reuse', '192.0.2.66', interval '3 seconds'),
       ('release pipeline', 'exposed', '203.0.113.9', interval '4 seconds'),
       ('cursor on desktop', 'revoked_by_holder', '192.0.2.80', interval '5 seconds')
     ) as told (name, kind, address, after) on told.name = c.name
     where c.owner_user_id = $1`,
    [owner.id],
  );
}

/** Some hundred people of every role and state. */
export async function giveColleagues(desk: Desk, count: number) {
  await desk.sql(
    `insert into users (id, tenant_id, email, name, role, created_at, last_sign_in_at, deactivated_at)
     select gen_random_uuid(), $1, 'person' || n || '@example.com',
       (array['Ana','Bjarne','Chen','Dmitri','Esra','Farida','Gabor','Hiroko','Ines','Jonas'])[1 + n % 10] || ' ' ||
       (array['Abara','Brandt','Castro','Dubois','Eriksen','Farkas','Garcia','Haddad','Ito','Jansen'])[1 + n / 10 % 10] || ' ' || n,
       (array['member','member','viewer','manager','member','admin'])[1 + n % 6],
       now() - make_interval(days => n), case when n % 5 > 0 then now() - make_interval(hours => n) end,
       case when n % 17 = 3 then now() end
     from generate_series(1, $2) n`,
    [desk.runtime.defaultTenantId, count],
  );
}
