import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { CallOptions } from '#server/testing/caller.ts';
import { givenKinds, handOut, handoutKinds, type HandoutKind } from '#server/testing/handouts.ts';
import { expect, goodPassword, signIn, type Person } from '#server/testing/person.ts';
import type { TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';

/** How someone loses the right to what they handed out, and what of it must be refused from then on. */
interface Loss {
  kinds: readonly HandoutKind[];
  lose(stage: Stage, eve: Person): Promise<unknown>;
}

const byAda = ({ ada }: Stage, path: string, body: object = {}) => ada.send(`POST /api/v1${path}`, { body });

const losses: Loss[] = [
  {
    kinds: handoutKinds,
    async lose(stage, { id }) {
      expect(200, await byAda(stage, `/users/${id}/deactivate`));
      expect(200, await byAda(stage, `/users/${id}/activate`));
    },
  },
  {
    kinds: givenKinds,
    async lose({ ada }, { id }) {
      for (const role of ['member', 'admin'])
        expect(200, await ada.send(`PATCH /api/v1/users/${id}`, { body: { role } }));
    },
  },
  {
    kinds: handoutKinds,
    lose: async ({ ada }, { id }) => expect(204, await ada.send(`DELETE /api/v1/users/${id}`)),
  },
  {
    kinds: handoutKinds,
    async lose({ servers }, { email }) {
      const elsewhere = await signIn(servers[1], email, goodPassword);
      expect(200, await elsewhere.send('POST /api/v1/account/sessions/revoke-others', { body: {} }));
    },
  },
  // Where no trigger fires, as when rows are replicated, the redemption still looks at the issuer.
  {
    kinds: givenKinds,
    lose: ({ sql }, { id }) =>
      sql(`begin; alter table users disable trigger user; update users set role = 'viewer' where id = '${id}';
        alter table users enable trigger user; commit`),
  },
];

/** Everything is handed out at one server and used at the other. Returns how many still worked. */
async function countLeft(stage: Stage, { kinds, lose }: Loss): Promise<number> {
  const eve = await stage.join('admin');
  const all = await Promise.all(kinds.map((kind) => handOut(stage.servers[0], eve, kind)));
  await lose(stage, eve);
  return countWorking(all);
}

async function countWorking(all: { use(): Promise<boolean> }[]): Promise<number> {
  const used: boolean[] = [];
  for (const { use } of all) used.push(await use());
  return used.filter(Boolean).length;
}

/** What ends the right of a maker, whose id is `$1`, while a code of theirs is being made. */
const endings = [
  'update users set deactivated_at = now() where id = $1',
  'delete from sessions where user_id = $1',
];

/** A code that is made while its maker is being deactivated, or signed out, must not stay behind. */
async function countLeftBehind(stage: Stage, ending: string): Promise<number> {
  const eve = await stage.join('admin');
  const psql = new pg.Client(stage.address);
  await psql.connect();
  try {
    await psql.query('begin');
    await psql.query(ending, [eve.id]);
    const invited = { name: 'Grace Hopper', email: `${eve.id}@example.com`, role: 'member' };
    const making = eve.send('POST /api/v1/users', { body: invited });
    await Promise.race([making, sleep(300)]);
    await psql.query('commit');
    await making;
  } finally {
    await psql.end();
  }
  const open = 'select from one_time_codes where issued_by = $1 and consumed_at is null';
  return (await stage.sql(open, [eve.id])).length;
}

/** A token that is switched off, and on again. */
async function countLeftByToken(stage: Stage): Promise<number> {
  const eve = await stage.join('admin');
  const { token, credential } = await eve.createToken({ name: 'provisioning' });
  const send = (call: string, options: CallOptions = {}) =>
    stage.servers[0].send(call, { token, ...options });
  const all = await Promise.all(givenKinds.map((kind) => handOut(stage.servers[1], { send }, kind)));
  for (const change of ['disable', 'enable'])
    expect(200, await byAda(stage, `/admin/tokens/${credential.id}/${change}`));
  return countWorking(all);
}

const tried = losses.flatMap(({ kinds }) => kinds).length + givenKinds.length + endings.length;

export const promise: TrustPromise = {
  id: 'S33',
  name: 'what someone handed out ends with their right to hand it out, and with their session',
  threshold: `0 of ${tried} still work, ${handoutKinds.length} of ${handoutKinds.length} do before`,
  isFast: true,
  async check(stage) {
    const eve = await stage.join('admin');
    const kept = await Promise.all(handoutKinds.map((kind) => handOut(stage.servers[0], eve, kind)));
    const left = [await countLeftByToken(stage)];
    for (const ending of endings) left.push(await countLeftBehind(stage, ending));
    for (const loss of losses) left.push(await countLeft(stage, loss));
    const working = left.reduce((sum, count) => sum + count, 0);
    const before = await countWorking(kept);
    return {
      measured: `${working} of ${tried} still work, ${before} of ${handoutKinds.length} do before`,
      holds: working === 0 && before === handoutKinds.length,
    };
  },
  control: [
    { without: 'the end with the issuer’s account or role', sql: 'drop trigger users_end_codes on users' },
    { without: 'the end with the token', sql: 'drop trigger credentials_end_codes on credentials' },
    {
      without: 'the end with the session',
      replaced: ['codes-outlive-their-session'],
    },
    {
      without: 'the look at the issuer when a code is used',
      replaced: ['codes-outlive-their-issuer'],
    },
    {
      without: 'a look at the session that issues, when a code is made',
      replaced: ['ended-sessions-issue-codes'],
    },
  ],
};
