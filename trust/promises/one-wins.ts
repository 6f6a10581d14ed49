import { randomUUIDv7 } from 'node:crypto';
import { tokenLimits } from '#server/credentials/tokens/schema.ts';
import { textOf, type Answer, type CallOptions } from '#server/testing/caller.ts';
import type { Person } from '#server/testing/person.ts';
import { addTokensTo } from '#server/testing/tokens.ts';
import { inTurns } from '#trust/in-turns.ts';
import type { TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';
import { addTenants } from '#trust/tenants.ts';

const rounds = 5;
const callers = 20;

/** The same call of twenty at once, half of them at each server. */
function atOnce({ servers }: Stage, call: string, options: CallOptions): Promise<Answer[]> {
  const every = Array.from({ length: callers }, (_, n) => servers[n % 2]?.send(call, options));
  return Promise.all(every.filter((sent) => sent !== undefined));
}

/** Rows of the audit log that twenty revocations of one token make. */
async function revoke(stage: Stage, { cookie, ...member }: Person): Promise<number> {
  const { credential } = await member.createToken({ name: 'revoked' });
  await atOnce(stage, `DELETE /api/v1/tokens/${credential.id}`, { cookie });
  const [found] = await stage.sql<{ count: number }>(
    "select count(*)::int from audit_events where action = 'token.revoke' and resource_id = $1",
    [credential.id],
  );
  return found?.count ?? 0;
}

/** Machines that get a token by one setup code. */
async function redeem(stage: Stage, member: Person, round: number): Promise<number> {
  const code = textOf((await member.send('POST /api/v1/setup-codes', { body: {} })).body['code']);
  // From an address of its own: nineteen wrong codes in each round would have it wait.
  const headers = { 'X-Forwarded-For': `10.2.0.${round}` };
  const body = { code, host: 'one' };
  const answers = await atOnce(stage, 'POST /api/v1/setup-codes/redeem', { body, headers });
  return answers.filter(({ status }) => status === 201).length;
}

/** New secrets that twenty tries of one rotation make. */
async function rotate(stage: Stage, { cookie, ...member }: Person): Promise<number> {
  const { credential } = await member.createToken({ name: 'rotated' });
  const body = { graceSeconds: 3_600, rotationId: randomUUIDv7() };
  await atOnce(stage, `POST /api/v1/tokens/${credential.id}/rotate`, { cookie, body });
  const [found] = await stage.sql<{ count: number }>(
    'select count(*)::int from secrets where credential_id = $1 and epoch > 1',
    [credential.id],
  );
  return found?.count ?? 0;
}

const room = 100;
const tries = 400;

/** Tokens that a person with room for a hundred makes by four hundred calls at once. */
async function make(stage: Stage): Promise<number> {
  const [[member] = []] = await addTenants(stage, 1, ['member']);
  if (!member) throw new Error('there is no member');
  await addTokensTo(stage, member, tokenLimits.live - room);
  const { cookie } = member;
  const names = Array.from({ length: tries }, (_, n) => `new ${n}`);
  await inTurns(
    names,
    (name, at) => stage.servers[at % 2 ? 1 : 0].send('POST /api/v1/tokens', { cookie, body: { name } }),
    callers,
  );
  const [found] = await stage.sql<{ count: number }>(
    "select count(*)::int from credentials where owner_user_id = $1 and name like 'new %'",
    [member.id],
  );
  return found?.count ?? 0;
}

type Race = (stage: Stage, member: Person, round: number) => Promise<number>;

/** How many won, in all rounds: `1`, or `1 to 3`. */
async function winners(stage: Stage, race: Race): Promise<string> {
  const members = (await addTenants(stage, rounds, ['member'])).flat();
  const counts: number[] = [];
  for (const [round, member] of members.entries()) counts.push(await race(stage, member, round));
  return [...new Set([Math.min(...counts), Math.max(...counts)])].join(' to ');
}

export const promise: TrustPromise = {
  id: 'S2',
  name: `of ${callers} at once one wins: rows of a revocation, tokens of a code, secrets of a rotation; and a quota of ${room} under ${tries} calls is not exceeded`,
  threshold: `1, 1, 1, ${room}`,
  isFast: true,
  async check(stage) {
    const found = [await winners(stage, revoke), await winners(stage, redeem), await winners(stage, rotate)];
    const made = await make(stage);
    const holds = found.every((count) => count === '1') && made === room;
    return { measured: [...found, made].join(', '), holds };
  },
  control: [
    {
      without: 'a lock on the token, and a trigger on what is revoked',
      sql: 'drop trigger credentials_stay_revoked on credentials',
      replaced: ['tokens-are-not-locked'],
    },
    {
      without: 'a condition on the update that uses a code up',
      replaced: ['used-codes-are-used-again'],
    },
    {
      without: 'a lock on the person whose tokens are counted',
      replaced: ['owners-are-not-locked'],
    },
    {
      without: 'a look for the rotation’s id, and an index of them',
      sql: 'alter table secrets drop constraint secrets_one_rotation',
      replaced: ['rotations-are-forgotten'],
    },
  ],
};
