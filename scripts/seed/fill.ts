import { randomBytes } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { pgTable } from 'drizzle-orm/pg-core';
import type { Transaction } from '#db/client.ts';
import { agents as agentRows, agentServers, rotations } from '#db/schema/agents.ts';
import { auditEventColumns, type auditEvents } from '#db/schema/audit.ts';
import { instant } from '#db/schema/columns.ts';
import { credentialLastUse, credentials, credentialUse, secrets } from '#db/schema/credentials.ts';
import { oneTimeCodes, sessions, tenants, users } from '#db/schema/people.ts';
import { mcpServers, mcpTools } from '#db/schema/tool-servers.ts';
import type { Runtime } from '#server/core/access/context.ts';
import { hashPassword } from '#server/people/users/password.ts';
import { makeAgents, seedServer, type Agent } from './agents.ts';
import { before, createDice, type Dice, minuteMs, seedId } from './dice.ts';
import { writeHistory } from './history.ts';
import { makeKeys, type Key } from './keys.ts';
import { makeLinks } from './links.ts';
import { browsers } from './names.ts';
import { knownEmail, known as familiar, makePeople, type Person, places } from './people.ts';
import { makeTestToken, makeTokens, testSecret, type Token } from './tokens.ts';
import { makeToolServers, type ToolServer } from './tool-servers.ts';
import { type Use, useToken } from './use.ts';

/** As only the owner of the tables writes them: as if they had been recorded when they happened. */
const datedEvents = pgTable('audit_events', { ...auditEventColumns, recordedAt: instant('recorded_at') });

const tokenCount = 2_000;
const start = 20_261_122;

/** Everyone's. Long enough for the rules, and nobody could mistake it for a real one. */
export const seedPassword = 'seeded for development';

export interface Seeded {
  people: number;
  tokens: number;
  keys: number;
  agents: number;
  events: number;
}

/** Whom one may sign in as, and the token of each: the same whenever the database was filled. */
export const testCredentials = familiar.map(({ role }) => {
  const email = knownEmail(role);
  return { role, email, token: testSecret(email) };
});

/** What is in the database: nothing but what a first boot makes, the seed, or people who are not of the seed. */
export async function whatIsThere({ db }: Runtime): Promise<'nothing' | 'seed' | 'people'> {
  const [first] = await db
    .select({ id: users.id })
    .from(users)
    .where(eq(users.id, seedId('user', 1)));
  if (first) return 'seed';
  const anyone = await db.select({ id: users.id }).from(users).limit(1);
  return anyone.length > 0 ? 'people' : 'nothing';
}

/** Fills a database that nobody uses yet, all of it or nothing. The same every time, counted from the database's clock. */
export async function fillDatabase(runtime: Runtime): Promise<Seeded> {
  const at = runtime.clock.now();
  const passwordHash = await hashPassword(seedPassword);
  const world = makeWorld({ at, passwordHash }, runtime.defaultTenantId);
  await runtime.asOwner((owner) =>
    owner.transaction(async (tx) => {
      await writeTenants(tx, world.tenants);
      await writePeople(tx, world, at);
      await writeTokens(tx, world);
      await writeAgents(tx, world.agents, at);
      await writeToolServers(tx, world);
      const events = world.events.map((event) => ({ ...event, recordedAt: event.time }));
      await inBatches(events, (batch) => tx.insert(datedEvents).values(batch));
    }),
  );
  return {
    people: world.people.length,
    tokens: world.tokens.length,
    keys: world.keys.length,
    agents: world.agents.length,
    events: world.events.length,
  };
}

interface World {
  dice: Dice;
  tenants: (typeof tenants.$inferInsert)[];
  people: Person[];
  tokens: Token[];
  keys: Key[];
  agents: Agent[];
  servers: ToolServer[];
  uses: Use[];
  events: (typeof auditEvents.$inferInsert)[];
}

function makeWorld(facts: { at: Date; passwordHash: string }, defaultTenantId: string): World {
  const { at } = facts;
  const dice = createDice(start);
  const rows = places.map(({ slug, name }, index) => ({
    id: slug === 'default' ? defaultTenantId : seedId('tenant', index + 1),
    slug,
    name,
    createdAt: before(at, 430),
  }));
  const people: Person[] = [];
  for (const [index, place] of places.entries()) {
    const tenantId = rows[index]?.id ?? defaultTenantId;
    people.push(...makePeople(dice, { place, tenantId, first: people.length + 1 }, facts));
  }
  const dealt = makeTokens(dice, people, tokenCount - familiar.length, at);
  const uses = dealt.flatMap((token) => useToken(dice, token, at));
  const tests = people
    .slice(0, familiar.length)
    .map((owner, index) => makeTestToken(owner, tokenCount - index, at));
  const tokens = [...dealt, ...tests];
  const keys = makeKeys(people, at);
  const agents = makeAgents(people, at);
  const servers = makeToolServers(people, at);
  return {
    dice,
    tenants: rows,
    people,
    tokens,
    keys,
    agents,
    servers,
    uses,
    events: writeHistory(dice, { people, tokens, keys, agents, servers, uses }, at),
  };
}

async function writeTenants(tx: Transaction, rows: World['tenants']): Promise<void> {
  const renamed = { name: sql`excluded.name`, createdAt: sql`excluded.created_at` };
  await tx.insert(tenants).values(rows).onConflictDoUpdate({ target: tenants.slug, set: renamed });
}

async function writePeople(tx: Transaction, { dice, people }: World, at: Date): Promise<void> {
  const here = people.filter(
    ({ deactivatedAt, isInvited, zeal }) => !deactivatedAt && !isInvited && zeal > 0.4,
  );
  const theirs = here.map((person, index) => sessionOf(dice, person, { number: index + 1, at }));
  const signedInAt = new Map(theirs.map(({ userId, createdAt }) => [userId, createdAt]));
  const rows = people.map((person) => ({
    ...person,
    lastSignInAt: person.isInvited ? null : (signedInAt.get(person.id) ?? person.createdAt),
  }));
  await inBatches(rows, (batch) => tx.insert(users).values(batch));
  await tx.insert(oneTimeCodes).values(makeLinks(people, at));
  await tx.insert(sessions).values(theirs);
}

function sessionOf(
  dice: Dice,
  { id: userId, tenantId }: Person,
  { number, at }: { number: number; at: Date },
) {
  const lastSeenAt = new Date(at.getTime() - dice.between(1, 700) * minuteMs);
  return {
    id: seedId('session', number),
    hash: randomBytes(32),
    tenantId,
    userId,
    createdAt: new Date(lastSeenAt.getTime() - dice.between(5, 4_000) * minuteMs),
    lastSeenAt,
    address: `203.0.113.${1 + (Number(userId.slice(-4)) % 250)}`,
    userAgent: dice.pick(browsers),
  };
}

/** The row is there already, with its status: a trigger makes it. */
function lastUseOf({ id, tenantId, lastUsedAt, lastUsedIp, lastUsedAgent, useCount }: Token) {
  return {
    credentialId: id,
    tenantId,
    sweptStatus: 'active' as const,
    lastUsedAt,
    lastUsedIp,
    lastUsedAgent,
    useCount,
  };
}

async function writeTokens(tx: Transaction, { tokens, keys, uses }: World): Promise<void> {
  await inBatches(tokens, (batch) => tx.insert(credentials).values(batch));
  await tx.insert(credentials).values(keys);
  await inBatches(tokens.map(lastUseOf), (batch) =>
    tx
      .insert(credentialLastUse)
      .values(batch)
      .onConflictDoUpdate({
        target: credentialLastUse.credentialId,
        set: {
          lastUsedAt: sql`excluded.last_used_at`,
          lastUsedIp: sql`excluded.last_used_ip`,
          lastUsedAgent: sql`excluded.last_used_agent`,
          useCount: sql`excluded.use_count`,
        },
      }),
  );
  const proofs = [...tokens, ...keys].flatMap((one) => one.secrets);
  await inBatches(proofs, (batch) => tx.insert(secrets).values(batch));
  await inBatches(uses, (batch) => tx.insert(credentialUse).values(batch));
}

async function writeAgents(tx: Transaction, made: Agent[], at: Date): Promise<void> {
  await tx.insert(agentServers).values(seedServer(at));
  await tx.insert(oneTimeCodes).values(made.flatMap(({ code }) => code ?? []));
  await tx.insert(credentials).values(made.map(({ credential }) => credential));
  await tx.insert(agentRows).values(made.map(({ row, code }) => ({ ...row, codeId: code?.id ?? null })));
  await tx.insert(secrets).values(made.flatMap((agent) => agent.secrets));
  await tx.insert(rotations).values(made.flatMap((agent) => agent.rotations));
}

async function writeToolServers(tx: Transaction, { servers }: World): Promise<void> {
  await tx.insert(mcpServers).values(servers.map(({ row }) => row));
  await tx.insert(mcpTools).values(servers.flatMap(({ tools }) => tools));
}

/** A statement takes 65,535 parameters, and no row here has more than 25. */
async function inBatches<Row>(
  rows: readonly Row[],
  write: (batch: Row[]) => Promise<unknown>,
): Promise<void> {
  const size = 2_000;
  for (let from = 0; from < rows.length; from += size) await write(rows.slice(from, from + size));
}
