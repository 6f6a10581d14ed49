import { randomUUIDv7 } from 'node:crypto';
import { resourceTypes } from '#server/core/access/schema.ts';
import { newSecret } from '#server/core/secrets/format.ts';
import type { Desk, EmptyDesk } from '#server/testing/desk.ts';

/** An agent that was enrolled, and the secret that it has on its disk. */
export interface EnrolledAgent {
  id: string;
  name: string;
  token: string;
}

const dayMs = 86_400_000;

/** Agents that have been enrolled, by statements: thousands take a moment. Their owner is Ada unless it is said. */
export async function enrollAgents(
  { sql, clock, ada }: Pick<EmptyDesk, 'sql'> & { clock: { now(): Date }; ada: { id: string } },
  names: string[],
  ownerId = ada.id,
): Promise<EnrolledAgent[]> {
  const made = names.map((name) => ({ id: randomUUIDv7(), name, secret: newSecret('agt') }));
  const at = clock.now();
  const values = [
    made.map(({ id }) => id),
    names,
    ownerId,
    at,
    made.map(({ secret }) => secret.hash()),
    made.map(({ secret }) => secret.reveal().slice(0, 15)),
    new Date(at.getTime() + 7 * dayMs),
    new Date(at.getTime() + 14 * dayMs),
    Object.fromEntries(resourceTypes.map((type) => [type, []])),
  ];
  await sql(
    `with given as (
       select id, name, hash, prefix, $3::uuid as owner from unnest($1::uuid[], $2::text[], $5::bytea[], $6::text[])
         as given (id, name, hash, prefix)
     ), made as (
       insert into credentials (id, tenant_id, kind, name, permissions, resources, created_at)
       select given.id, tenant_id, 'agent', given.name, '{profile:read}', $9, $4
       from given join users on users.id = owner returning id, tenant_id
     ), agent as (
       insert into agents (id, tenant_id, owner_user_id, rotate_after)
       select made.id, tenant_id, owner, $7 from made join given using (id) returning id
     )
     insert into secrets (hash, credential_id, prefix, epoch, state, created_at, expires_at)
     select hash, id, prefix, 1, 'current', $4, $8 from given join agent using (id)`,
    values,
  );
  return made.map(({ id, name, secret }) => ({ id, name, token: secret.reveal() }));
}

export async function enrollAgent(desk: Desk, name = 'runner', ownerId?: string): Promise<EnrolledAgent> {
  const [agent] = await enrollAgents(desk, [name], ownerId);
  if (!agent) throw new Error('no agent was enrolled');
  return agent;
}
