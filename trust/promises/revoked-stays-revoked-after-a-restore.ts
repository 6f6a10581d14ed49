import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { textOf, type Caller } from '#server/testing/caller.ts';
import { codeOf, goodPassword, signIn, type Person } from '#server/testing/person.ts';
import { ownDatabase } from '#server/testing/process.ts';
import { runScript } from '#server/testing/run-script.ts';
import type { TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';

const peopleCount = 3;
const tokensEach = 8;

/** Something that opened a door when the backup was made, and whether it opens one now. */
interface Held {
  opens(restored: Restored): Promise<boolean>;
}

interface Restored {
  server: Caller;
  database: pg.Client;
}

/** What people hold: tokens, a session, a password, an invite that nobody has taken up. */
async function gather(stage: Stage): Promise<{ held: Held[]; people: Person[] }> {
  const people: Person[] = [];
  for (let n = 0; n < peopleCount; n++) people.push(await stage.join('member'));
  // Before any code is used up.
  const held: Held[] = await gatherRows(stage, people);
  for (const person of people) {
    for (let n = 0; n < tokensEach; n++)
      held.push(byToken((await person.createToken({ name: `t${n}` })).token));
    held.push(bySession(person), byPassword(person));
  }
  const body = { name: 'Later', email: 'later@example.com', role: 'viewer' };
  const invited = await stage.ada.send('POST /api/v1/users', { body });
  held.push(byInvite(codeOf(textOf(invited.body['inviteUrl']))));
  return { held, people };
}

/** What no request shows on its own: it is there, or it is not. */
async function gatherRows(stage: Stage, [person]: Person[]): Promise<Held[]> {
  const [server] = stage.servers;
  const { token } = await stage.ada.createToken({ name: 'exchanged' });
  await works(
    sendForm(server, '/oauth/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    }),
  );
  await works(sendForm(server, '/oauth/device_authorization', { client_id: 'keyward-cli', host: 'laptop' }));
  await stage.sql(
    `insert into user_identities (id, tenant_id, user_id, issuer, subject, linked_at)
     select gen_random_uuid(), tenant_id, id, 'https://issuer.example', 'subject', now() from users where id = $1`,
    [person?.id],
  );
  const [key] = await stage.sql<{ value: string }>(
    "select value::text from installation_keys where name = 'sign_in'",
  );
  const [signing] = await stage.sql<{ id: string }>(
    'select id from signing_keys where published_until > now()',
  );
  return [
    // The restored server makes one of its own as soon as it needs one.
    byRow(`from signing_keys where published_until > now() and id = '${signing?.id}'`),
    byRow(`from installation_keys where value = '${key?.value}'`),
    byRow('from user_identities where unlinked_at is null and retired_at is null'),
    byRow('from device_requests'),
    byRow('from one_time_codes where consumed_at is null'),
  ];
}
const rowsHeld = 5;

const sendForm = (server: Caller, to: string, fields: Record<string, string>) =>
  server.send(`POST ${to}`, {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    text: new URLSearchParams(fields).toString(),
  });

const byRow = (from: string): Held => ({
  opens: async ({ database }) => (await database.query(`select ${from} limit 1`)).rows.length > 0,
});
const works = async (answer: ReturnType<Caller['send']>) => (await answer).status < 300;
const byToken = (token: string): Held => ({
  opens: ({ server }) => works(server.send('GET /api/v1/me', { token })),
});
const bySession = ({ cookie }: Person): Held => ({
  opens: ({ server }) => works(server.send('GET /api/v1/me', { cookie })),
});
const byPassword = ({ email, password }: Person): Held => ({
  opens: ({ server }) => works(server.send('POST /api/v1/auth/login', { body: { email, password } })),
});
const byInvite = (code: string): Held => ({
  opens: ({ server }) =>
    works(
      server.send('POST /trpc/users.acceptInvite', { body: { code, name: 'Later', password: goodPassword } }),
    ),
});

/** After the backup everything is revoked; what of it opens a door again once the backup is restored? */
async function countRevived(stage: Stage, held: Held[], file: string): Promise<number> {
  await using target = await ownDatabase();
  const choices = ['--secrets', 'retire', '--people', 'deactivate', '--admin', stage.ada.email];
  await db(stage, target.settings, 'restore', file, ...choices);
  await using server = await stage.another(target.settings);
  return await countOpen(held, server, target.settings);
}

async function countOpen(
  held: Held[],
  server: Caller,
  { DATABASE_URL }: { DATABASE_URL: string },
): Promise<number> {
  const database = new pg.Client(DATABASE_URL);
  await database.connect();
  try {
    let open = 0;
    for (const one of held) if (await one.opens({ server, database })) open++;
    return open;
  } finally {
    await database.end();
  }
}

/** What does not work after a restore that keeps everything. */
async function listBroken(stage: Stage, held: Held[], file: string): Promise<string[]> {
  await using target = await ownDatabase();
  await db(stage, target.settings, 'restore', file, '--secrets', 'keep', '--people', 'keep');
  await using server = await stage.another(target.settings);
  const open = await countOpen(held, server, target.settings);
  const ada = await signIn(server, stage.ada.email, stage.ada.password);
  const { body } = await ada.send('GET /api/v1/audit/verify');
  return [
    ...(open === held.length ? [] : [`${held.length - open} of what was kept`]),
    ...(body['intact'] ? [] : ['the audit log']),
  ];
}

async function db(stage: Stage, settings: Record<string, string>, ...args: string[]): Promise<void> {
  const { exitCode, told } = await runScript('db.ts', { ...stage.settings, ...settings }, args);
  if (exitCode !== 0) throw new Error(told);
}

export const promise: TrustPromise = {
  id: 'S23',
  name: 'what was revoked after a backup stays revoked when it is restored',
  threshold: `0 of ${peopleCount * (tokensEach + 2) + 1 + rowsHeld}`,
  // Seven processes, one after the other; the tests of server/backups show the same in one.
  isFast: false,
  // The restored server has to know the key that sealed the log.
  settings: {
    KEYWARD_AUDIT_KEY: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
  },
  async check(stage) {
    await using folder = new AsyncDisposableStack();
    const place = await mkdtemp(path.join(tmpdir(), 'keyward-restore-'));
    folder.defer(() => rm(place, { recursive: true, force: true }));
    const file = path.join(place, 'one.backup');
    const { held, people } = await gather(stage);
    await db(stage, {}, 'backup', file);
    for (const { id } of people) await stage.ada.send(`POST /api/v1/users/${id}/deactivate`, { body: {} });
    const revived = await countRevived(stage, held, file);
    const broken = await listBroken(stage, held, file);
    const note = broken.length > 0 ? `, and does not work: ${broken.join(', ')}` : '';
    return { measured: `${revived} of ${held.length}${note}`, holds: revived === 0 && broken.length === 0 };
  },
  control: [
    {
      without: 'tokens retired and people deactivated by the restore',
      replaced: ['restores-retire-nothing'],
    },
  ],
};
