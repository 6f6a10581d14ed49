import { randomUUIDv7 } from 'node:crypto';
import type { Role } from '#server/core/access/schema.ts';
import { randomBase62 } from '#server/core/secrets/format.ts';
import { hashPassword } from '#server/people/users/password.ts';
import { Secret } from '#server/secret.ts';
import { goodPassword, toPerson, type Person } from '#server/testing/person.ts';
import type { Stage } from './stage.ts';

let passwordHash: Promise<string> | undefined;

/**
 * Tenants of their own, each with somebody of each of these roles, signed in a moment ago: straight into the database,
 * since coming in by a link takes a tenth of a second. Their password is the good one. Returns the people by tenant.
 */
export async function addTenants(stage: Stage, count: number, roles: readonly Role[]): Promise<Person[][]> {
  const tenants = Array.from({ length: count }, () => {
    const tenantId = randomUUIDv7();
    return roles.map((role) => ({
      id: randomUUIDv7(),
      tenantId,
      role,
      session: new Secret(randomBase62(43)),
    }));
  });
  const people = tenants.flat();
  await stage.sql(
    `insert into tenants (id, slug, name, created_at) select id, id, 'Another', now() from unnest($1::uuid[]) as new (id)`,
    [[...new Set(people.map(({ tenantId }) => tenantId))]],
  );
  await stage.sql(
    `with new as (select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[]) as new (id, tenant, role, hash)),
     made as (insert into users (id, tenant_id, email, name, role, password_hash, created_at)
       select id, tenant, id || '@example.com', 'Somebody', role, $5, now() from new)
     insert into sessions (hash, id, tenant_id, user_id, created_at, last_seen_at)
     select hash, gen_random_uuid(), tenant, id, now(), now() from new`,
    [
      people.map(({ id }) => id),
      people.map(({ tenantId }) => tenantId),
      people.map(({ role }) => role),
      people.map(({ session }) => session.hash()),
      await (passwordHash ??= hashPassword(goodPassword)),
    ],
  );
  return tenants.map((members) => members.map((member) => personOf(stage, member)));
}

function personOf(
  stage: Stage,
  member: Pick<Person, 'id' | 'tenantId' | 'role'> & { session: Secret },
): Person {
  const { session, ...profile } = member;
  const cookie = `keyward_session=${session.reveal()}`;
  return toPerson(
    stage.servers[0],
    { ...profile, email: `${profile.id}@example.com`, name: 'Somebody' },
    goodPassword,
    cookie,
  );
}
