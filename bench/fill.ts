import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import pg from 'pg';
import type { DatabaseAddress } from '#db/address.ts';
import { displayPrefix, newSecret, randomBase62 } from '#server/core/secrets/format.ts';
import { Secret } from '#server/secret.ts';

export interface Filled {
  /** A file of tokens, one a line, in no order. */
  tokens: string;
  /** A token with the permission to ask about others. */
  service: string;
}

export interface Made {
  id: string;
  token: string;
}

const batch = 10_000;
const people = 1_000;

/** People and their tokens, straight into a database that a server has migrated. */
export async function fill(address: DatabaseAddress, count: number, tokens: string): Promise<Filled> {
  const client = new pg.Client(typeof address === 'string' ? address : { ...address });
  await client.connect();
  await client.query('set synchronous_commit = off');
  const tenant = (await client.query<{ id: string }>('select id from tenants')).rows[0]?.id ?? '';
  const owners = await addPeople(client, tenant, Math.min(people, count));
  const file = createWriteStream(tokens, { mode: 0o600 });
  for (let left = count; left > 0; left -= batch) {
    const made = await addTokens(client, tenant, owners, Math.min(batch, left));
    if (!file.write(`${made.map(({ token }) => token).join('\n')}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  const [service] = await addTokens(client, tenant, owners.slice(0, 1), 1);
  await client.query('vacuum analyze credentials, credential_last_use, credential_search, secrets, users');
  await client.end();
  return { tokens, service: service?.token ?? '' };
}

async function addPeople(client: pg.Client, tenant: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUIDv7());
  await client.query(
    `insert into users (id, tenant_id, email, name, role, created_at)
     select id, $2, 'bench' || n || '-' || $3 || '@example.com', 'Person ' || n, case when n = 1 then 'admin' else 'member' end, now()
     from unnest($1::uuid[]) with ordinality as new (id, n)`,
    [ids, tenant, randomBytes(4).toString('hex')],
  );
  return ids;
}

/** Tokens of the first of the people, who may do everything, and one more to revoke them with. */
export async function fillOwn(
  address: DatabaseAddress,
  count: number,
): Promise<{ made: Made[]; admin: string }> {
  const client = new pg.Client(typeof address === 'string' ? address : { ...address });
  await client.connect();
  const tenant = (await client.query<{ id: string }>('select id from tenants')).rows[0]?.id ?? '';
  const owners = await addPeople(client, tenant, 1);
  const made: Made[] = [];
  while (made.length < count)
    made.push(...(await addTokens(client, tenant, owners, Math.min(batch, count - made.length))));
  const [admin] = await addTokens(client, tenant, owners, 1);
  await client.end();
  return { made, admin: admin?.token ?? '' };
}

async function addTokens(
  client: pg.Client,
  tenant: string,
  owners: string[],
  count: number,
): Promise<Made[]> {
  const made = Array.from({ length: count }, (_, n) => {
    const secret = newSecret('pat');
    const owner = owners[n % owners.length] ?? '';
    return { id: randomUUIDv7(), owner, secret, prefix: displayPrefix(secret), hash: secret.hash() };
  });
  await client.query(
    `with new as (select * from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::text[]) as new (id, owner, hash, prefix)),
     made as (
       insert into credentials (id, tenant_id, kind, owner_user_id, name, permissions, created_at, expires_at)
       select id, $5, 'pat', owner, id::text, '{*}', now(), now() + interval '90 days' from new)
     insert into secrets (hash, credential_id, prefix, epoch, state, created_at)
     select hash, id, prefix, 1, 'current', now() from new`,
    [
      made.map((token) => token.id),
      made.map((token) => token.owner),
      made.map((token) => token.hash),
      made.map((token) => token.prefix),
      tenant,
    ],
  );
  return made.map(({ id, secret }) => ({ id, token: secret.reveal() }));
}

/** Sessions of the people that there are, as their cookies' values. */
export async function fillSessions(address: DatabaseAddress, count: number, file: string): Promise<string> {
  const client = new pg.Client(typeof address === 'string' ? address : { ...address });
  await client.connect();
  const ids = Array.from({ length: count }, () => new Secret(randomBase62(43)));
  await client.query(
    `insert into sessions (hash, id, tenant_id, user_id, created_at, last_seen_at)
     select new.hash, gen_random_uuid(), u.tenant_id, u.id, now(), now()
     from unnest($1::bytea[]) with ordinality as new (hash, n)
     join (select id, tenant_id, row_number() over () as n, count(*) over () as people from users where deleted_at is null) u
       on u.n = new.n % u.people + 1`,
    [ids.map((id) => id.hash())],
  );
  await client.end();
  const out = createWriteStream(file, { mode: 0o600 });
  out.end(ids.map((id) => id.reveal()).join('\n'));
  await once(out, 'finish');
  return file;
}
