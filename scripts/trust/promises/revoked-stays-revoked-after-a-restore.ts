import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TrustPromise } from '#scripts/trust/promise.ts';
import type { Stage } from '#scripts/trust/stage.ts';
import { textOf, type Caller } from '#server/testing/caller.ts';
import { codeOf, goodPassword, signIn, type Person } from '#server/testing/person.ts';
import { ownDatabase } from '#server/testing/process.ts';
import { runScript } from '#server/testing/run-script.ts';

const peopleCount = 3;
const tokensEach = 8;

/** Something that opened a door when the backup was made, and whether it opens one now. */
interface Held {
  opens(server: Caller): Promise<boolean>;
}

/** What people hold: tokens, a session, a password, an invite that nobody has taken up. */
async function gather(stage: Stage): Promise<{ held: Held[]; people: Person[] }> {
  const people: Person[] = [];
  for (let n = 0; n < peopleCount; n++) people.push(await stage.join('member'));
  const held: Held[] = [];
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

const works = async (answer: ReturnType<Caller['send']>) => (await answer).status < 300;
const byToken = (token: string): Held => ({ opens: (at) => works(at.send('GET /api/v1/me', { token })) });
const bySession = ({ cookie }: Person): Held => ({
  opens: (at) => works(at.send('GET /api/v1/me', { cookie })),
});
const byPassword = ({ email, password }: Person): Held => ({
  opens: (at) => works(at.send('POST /api/v1/auth/login', { body: { email, password } })),
});
const byInvite = (code: string): Held => ({
  opens: (at) =>
    works(
      at.send('POST /trpc/users.acceptInvite', { body: { code, name: 'Later', password: goodPassword } }),
    ),
});

/** After the backup everything is revoked; what of it opens a door again once the backup is restored? */
async function countRevived(stage: Stage, held: Held[], file: string): Promise<number> {
  await using target = await ownDatabase();
  const choices = ['--secrets', 'retire', '--people', 'deactivate', '--admin', stage.ada.email];
  await db(stage, target.settings, 'restore', file, ...choices);
  await using server = await stage.another(target.settings);
  let revived = 0;
  for (const one of held) if (await one.opens(server)) revived++;
  return revived;
}

/** What does not work after a restore that keeps everything. */
async function listBroken(stage: Stage, held: Held[], file: string): Promise<string[]> {
  await using target = await ownDatabase();
  await db(stage, target.settings, 'restore', file, '--secrets', 'keep', '--people', 'keep');
  await using server = await stage.another(target.settings);
  const opened = await Promise.all(held.map((one) => one.opens(server)));
  const ada = await signIn(server, stage.ada.email, stage.ada.password);
  const { body } = await ada.send('GET /api/v1/audit/verify');
  return [
    ...(opened.every(Boolean) ? [] : ['a secret that was kept']),
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
  threshold: `0 of ${peopleCount * (tokensEach + 2) + 1}`,
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
      patches: [
        {
          file: 'server/backups/restore.ts',
          find: "secrets === 'retire' ? await retireSecrets(db, reason) : {}",
          replace: '{}',
        },
        { file: 'server/backups/restore.ts', find: "if (people === 'keep')", replace: 'if (people)' },
      ],
    },
  ],
};
