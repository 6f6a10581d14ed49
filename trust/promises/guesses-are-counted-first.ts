import { setTimeout as sleep } from 'node:timers/promises';
import { cookieOf, type Answer, type CallOptions } from '#server/testing/caller.ts';
import { goodPassword, type Person } from '#server/testing/person.ts';
import type { TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';
import { addTenants } from '#trust/tenants.ts';

const guesses = 60;
/** An address has fifty, and then waits: a second, two, four … One that comes after such a wait is looked at. */
const guessesOfAddress = 80;
const ofAddress = { least: 50, most: 53 };

type Guess = (n: number) => [call: string, options: CallOptions];

/** All at once, half of them at each server. */
function guessAll({ servers }: Stage, count: number, guess: Guess): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, (_, n) => servers[n % 2 === 0 ? 0 : 1].send(...guess(n))));
}

const lookedAt = (answers: Answer[]) => answers.filter(({ status }) => ![429, 503].includes(status)).length;

const from = (address: string) => ({ 'X-Forwarded-For': address });

/** By both doors, from many addresses, in two spellings. The answers do not tell what was looked at: the audit log does. */
async function guessPassword(stage: Stage, { id, email }: Person): Promise<number> {
  const answers = await guessAll(stage, guesses, (n) => [
    n % 3 === 0 ? 'POST /trpc/sessions.login' : 'POST /api/v1/auth/login',
    {
      body: { email: n % 4 < 2 ? email : ` ${email.toUpperCase()}`, password: 'not this one' },
      headers: from(`10.5.0.${n}`),
    },
  ]);
  const read = `select code, count(*)::int from audit_events where action = 'auth.login_failed' and actor_id = $1 group by code`;
  for (;;) {
    const rows = await stage.sql<{ code: string; count: number }>(read, [id]);
    // Written behind the answers; a server that has too much to do looks at nothing.
    const refused = answers.filter(({ status }) => status === 401).length;
    if (rows.reduce((sum, { count }) => sum + count, 0) === refused)
      return rows.find(({ code }) => code === 'login_failed')?.count ?? 0;
    await sleep(50);
  }
}

const guessInSession: (stage: Stage, person: Person) => Promise<number> = async (stage, { cookie }) =>
  lookedAt(
    await guessAll(stage, guesses, (n) => [
      'POST /api/v1/auth/confirm',
      { cookie, body: { password: 'not this one' }, headers: from(`10.5.1.${n}`) },
    ]),
  );

/** The codes that machines show, by somebody who is signed in. */
const guessMachine: typeof guessInSession = async (stage, { cookie }) =>
  lookedAt(
    await guessAll(stage, guesses, (n) => [
      `POST /trpc/device.${['find', 'approve', 'deny'][n % 3] ?? ''}`,
      { cookie, body: { userCode: 'BBBB-BBBB' }, headers: from(`10.5.2.${n}`) },
    ]),
  );

/** The codes of letters and of set-up, all from one address. */
async function guessCodes(stage: Stage): Promise<number> {
  const calls = [
    'POST /trpc/users.checkReset',
    'POST /trpc/users.checkInvite',
    'POST /api/v1/auth/magic/redeem',
    'POST /api/v1/setup-codes/redeem',
  ];
  const guess: Guess = (n) => [
    calls[n % calls.length] ?? '',
    { body: { code: `made-up-${n}` }, headers: from('10.5.3.1') },
  ];
  return lookedAt(await guessAll(stage, guessesOfAddress, guess));
}

/** Whether the right password works while others guess: in the browser that knows the account, and in no other. */
async function isLetIn(stage: Stage, { email }: Person): Promise<[known: boolean, unknown: boolean]> {
  const signIn = (password: string, address: string, cookie = '') =>
    stage.servers[1].send('POST /api/v1/auth/login', {
      body: { email, password },
      headers: { ...from(address), Cookie: cookie },
    });
  const before = await signIn(goodPassword, '10.5.4.1');
  const lines = before.headers.getSetCookie();
  const device = lines.find((line) => line.startsWith('keyward_device_'))?.split(';')[0] ?? cookieOf(before);
  await Promise.all(Array.from({ length: 20 }, (_, n) => signIn('not this one', `10.5.5.${n}`)));
  const [known, unknown] = [
    await signIn(goodPassword, '10.5.4.1', device),
    await signIn(goodPassword, '10.5.4.2'),
  ];
  return [known.status === 200, unknown.status === 200];
}

export const promise: TrustPromise = {
  id: 'S5',
  name: 'guesses are counted before they are looked at: passwords, a session’s, machines’ codes, an address’s codes',
  threshold: `10, 10, 10 of ${guesses}, ${ofAddress.least} to ${ofAddress.most} of ${guessesOfAddress}; whom one knows gets in`,
  isFast: true,
  async check(stage) {
    const people = await addTenants(stage, 4, ['member']);
    const [one, two, three, four] = people.flat();
    if (!one || !two || !three || !four) throw new Error('There is nobody to guess at');
    const ofPeople = [
      await guessPassword(stage, one),
      await guessInSession(stage, two),
      await guessMachine(stage, three),
    ];
    const codes = await guessCodes(stage);
    const [known, unknown] = await isLetIn(stage, four);
    return {
      measured: `${ofPeople.join(', ')} of ${guesses}, ${codes} of ${guessesOfAddress}; a known browser ${known ? 'gets in' : 'is shut out'}, another ${unknown ? 'gets in' : 'is shut out'}`,
      holds:
        ofPeople.every((count) => count === 10) &&
        codes >= ofAddress.least &&
        codes <= ofAddress.most &&
        known &&
        !unknown,
    };
  },
  control: [
    {
      without: 'a count that the servers share',
      replaced: ['each-server-counts-by-itself'],
    },
    {
      without: 'one spelling of an address',
      replaced: ['spellings-are-counted-apart'],
    },
    {
      without: 'a count before the password is looked at',
      replaced: ['sign-ins-are-not-counted', 'failures-are-counted-afterwards'],
    },
    {
      without: 'a count of its own for a known browser',
      replaced: ['browsers-are-not-recognised'],
    },
  ],
};
