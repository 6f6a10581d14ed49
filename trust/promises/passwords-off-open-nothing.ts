import type { Answer } from '#server/testing/caller.ts';
import { goodPassword, type Person } from '#server/testing/person.ts';
import type { TrustPromise } from '#trust/promise.ts';
import { addTenants } from '#trust/tenants.ts';

const off = { KEYWARD_PASSWORDS: 'off' };
const newPassword = 'eleven boats under a paper moon';

type Try = [call: string, body: object];

/** Signing in, by what is known of an account and what is not. */
const signIns = ({ email }: Person, deactivated: Person): Try[] =>
  [
    { email, password: goodPassword },
    { email, password: 'not this one' },
    { email: deactivated.email, password: goodPassword },
    { email: 'nobody@example.com', password: goodPassword },
  ].map((body) => ['POST /api/v1/auth/login', body]);

/** By an admin who is signed in, all of which is taken where passwords are on. */
const changes = ({ id }: Person): Try[] => [
  ['POST /api/v1/auth/confirm', { password: goodPassword }],
  ['POST /api/v1/account/password', { currentPassword: goodPassword, newPassword }],
  [`POST /api/v1/users/${id}/set-password`, { password: newPassword }],
  [`POST /api/v1/users/${id}/reset-password`, {}],
  ['POST /api/v1/users', { name: 'Eve', email: 'eve@off.example', role: 'member', password: newPassword }],
];

const likeness = ({ status, headers, body }: Answer) =>
  JSON.stringify([
    status,
    [...headers.keys()].filter((name) => name !== 'x-request-id'),
    { ...body, requestId: '' },
  ]);

export const promise: TrustPromise = {
  id: 'S4-off',
  name: 'where passwords are off, none signs in, confirms or is set, and a refusal says nothing of the account',
  threshold: '0 of 9 taken, 1 answer to sign-ins, nothing changed',
  isFast: true,
  async check(stage) {
    const people = await addTenants(stage, 1, ['admin', 'member', 'member']);
    const [admin, one, other] = people.flat();
    if (!admin || !one || !other) throw new Error('There is no one to try');
    await stage.sql('update users set deactivated_at = now() where id = $1', [other.id]);
    await using server = await stage.another(off);
    const state = () =>
      stage.sql(
        `select id, password_hash, (select count(*) from sessions where user_id = u.id)::int as sessions
         from users u where tenant_id = $1 order by id`,
        [admin.tenantId],
      );
    const before = await state();
    const headers = { 'X-Forwarded-For': '10.6.0.1' };
    const answers = [];
    for (const [call, body] of signIns(one, other)) answers.push(await server.send(call, { body, headers }));
    const alike = new Set(answers.map(likeness)).size;
    for (const [call, body] of changes(one))
      answers.push(await server.send(call, { body, headers, cookie: admin.cookie }));
    const taken = answers.filter(({ problem }) => problem?.code !== 'passwords_off').length;
    const after = await state();
    const isSame = JSON.stringify(before) === JSON.stringify(after);
    return {
      measured: `${taken} of ${answers.length} taken, ${alike} answer${alike === 1 ? '' : 's'} to sign-ins, ${isSame ? 'nothing' : 'something'} changed`,
      holds: answers.length === 9 && taken === 0 && alike === 1 && isSame,
    };
  },
  control: [
    {
      without: 'a closed door for signing in',
      patches: [
        {
          file: 'server/people/sign-in/router.ts',
          find: "login: anyone\n    .use(whileOpen('password'))",
          replace: 'login: anyone',
        },
      ],
    },
    {
      without: 'one place that new passwords pass',
      replaced: ['passwords-can-be-set-when-off'],
    },
  ],
};
