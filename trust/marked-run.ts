import { greetAs, tryConnect } from '#server/testing/agent-client.ts';
import { cookieOf, textOf, type Answer, type Caller } from '#server/testing/caller.ts';
import { openCommandLine } from '#server/testing/command-line.ts';
import type { Mailbox } from '#server/testing/mailbox.ts';
import { codeOf, expect, signIn, type Person } from '#server/testing/person.ts';
import type { Marks } from '#trust/marks.ts';
import type { Stage } from '#trust/stage.ts';

export interface Run {
  stage: Stage;
  marks: Marks;
  mailbox: Mailbox;
  /** What was shown that holds no secret on purpose: answers, what the command line printed. */
  shown: string[];
}

const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** Everything by which people and machines come in, with secrets that can be recognised wherever they turn up. */
export async function doEverything(run: Run): Promise<Person> {
  const { stage } = run;
  const grace = await comeIn(run);
  await changePasswords(run, grace);
  await useTokens(run, grace);
  await useAgent(run, grace);

  await letDeviceIn(run, stage.servers[1], grace);
  await useCommandLine(run, grace);

  await fail(run, grace);
  return grace;
}

/** By an invite, by password, by a letter. */
async function comeIn(run: Run): Promise<Person> {
  const { stage, marks } = run;
  const { ada, servers } = stage;
  const body = { name: 'Grace Hopper', email: 'grace@example.com', role: 'admin' };
  const { inviteUrl } = expect(201, await ada.send('POST /api/v1/users', { body })).body;
  marks.minted(codeOf(textOf(inviteUrl)));
  const password = marks.password();
  const code = codeOf(textOf(inviteUrl));
  const accepted = await servers[1].send('POST /trpc/users.acceptInvite', {
    body: { code, name: 'Grace Hopper', password },
  });
  keepCookie(marks, cookieOf(expect(200, accepted)));
  tell(run, accepted);
  const grace = await signInAs(run, body.email, password);
  const mails = run.mailbox.mails.length;
  tell(run, await servers[1].send('POST /api/v1/auth/magic', { body: { email: grace.email } }));
  const findLink = () => {
    const texts = run.mailbox.mails.slice(mails).map(({ text }) => text ?? '');
    return texts.map((text) => /\/magic#code=(\w+)/.exec(text)).find((found) => found !== null);
  };
  await until(() => findLink() !== undefined);
  const letter = findLink();
  const redeem = { body: { code: marks.minted(letter?.[1]) } };
  const magic = expect(200, await servers[0].send('POST /api/v1/auth/magic/redeem', redeem));
  keepCookie(marks, cookieOf(magic));
  tell(run, magic);
  return grace;
}

async function signInAs({ stage, marks }: Run, email: string, password: string): Promise<Person> {
  const person = await signIn(stage.servers[0], email, password);
  keepCookie(marks, person.cookie);
  return person;
}

/** One's own, one that an admin sets, and one that a link lets choose. */
async function changePasswords(run: Run, grace: Person): Promise<void> {
  const { marks, stage } = run;
  const body = { currentPassword: grace.password, newPassword: marks.password() };
  tell(run, expect(204, await grace.send('POST /api/v1/account/password', { body })));
  const set = await stage.ada.send(`POST /api/v1/users/${grace.id}/set-password`, {
    body: { password: marks.password() },
  });
  tell(run, set);
  const reset = expect(
    200,
    await stage.ada.send(`POST /api/v1/users/${grace.id}/reset-password`, { body: {} }),
  );
  const code = marks.minted(codeOf(textOf(reset.body['resetUrl'])));
  const password = marks.password();
  const done = await stage.servers[1].send('POST /trpc/users.completeReset', { body: { code, password } });
  keepCookie(marks, cookieOf(expect(200, done)));
  tell(run, done);
  Object.assign(grace, await signInAs(run, grace.email, password));
}

/** Made, used, rotated, looked up in a text, verified, introspected, exchanged, put where it does not belong, revoked. */
async function useTokens(run: Run, grace: Person): Promise<void> {
  const { marks, stage } = run;
  const [one, other] = stage.servers;
  const { token, credential } = await grace.createToken({ name: 'laptop' });
  marks.minted(token);
  const rotated = expect(
    200,
    await grace.send(`POST /api/v1/tokens/${credential.id}/rotate`, { body: { graceSeconds: 900 } }),
  );
  const next = marks.minted(textOf(rotated.body['secret'] ?? rotated.body['token']));
  const headers = { ...form, Authorization: `Bearer ${next}` };
  const grant = 'urn:ietf:params:oauth:grant-type:token-exchange';
  const type = 'urn:ietf:params:oauth:token-type:access_token';
  const exchange = new URLSearchParams({ grant_type: grant, subject_token: next, subject_token_type: type });
  const exchanged = expect(
    200,
    await one.send('POST /oauth/token', { headers: form, text: exchange.toString() }),
  );
  marks.minted(textOf(exchanged.body['access_token']));
  for (const answer of [
    await other.send('GET /api/v1/me', { token }),
    await other.send('POST /api/v1/verify', { token: next, body: { token } }),
    await other.send('POST /oauth/introspect', { headers, text: `token=${token}` }),
    await other.send('POST /api/v1/admin/tokens/identify', {
      token: next,
      body: { text: `a log with ${token} in it` },
    }),
    await other.send(`GET /api/v1/me?token=${token}`),
    await other.send(`GET /api/v1/tokens/${token}`, { token: next }),
    await other.send('POST /api/v1/tokens', {
      cookie: grace.cookie,
      body: { name: `${'x'.repeat(30)}${token}` },
    }),
    await other.send('GET /api/v1/me', { token: next, headers: { 'User-Agent': `curl ${token}` } }),
    await other.send('POST /oauth/revoke', { headers: form, text: `token=${token}` }),
    await other.send('GET /api/v1/me', { token }),
  ])
    tell(run, answer);
}

/** Enrolled, connected, rotated and enrolled again by a code that was used, with its secrets put where they do not belong. */
async function useAgent(run: Run, grace: Person): Promise<void> {
  const { marks, stage } = run;
  const [one, other] = stage.servers;
  const made = expect(201, await grace.send('POST /api/v1/agents', { body: { name: 'marked' } })).body;
  const agent = `/api/v1/agents/${textOf(made['agent']?.['id'])}`;
  const swap = { code: marks.minted(textOf(made['code'])), host: 'box', version: '0.1.0' };
  const enroll = () => one.send('POST /api/v1/agents/enroll', { body: swap });
  const token = marks.minted(textOf(expect(201, await enroll()).body['token']));
  const next = await refuseRotation(run, {
    token,
    server: one.origin,
    rotate: () => grace.send(`POST ${agent}/rotate`, { body: {} }),
  });
  const headers = { 'Keyward-Agent': token, 'User-Agent': `agent ${next}` };
  for (const path of [`/agents/connect?token=${token}`, `/agents/connect/${token}`, '/agents/connect'])
    run.shown.push(JSON.stringify(await tryConnect(one.origin, { token: next, path, headers })));
  for (const answer of [
    await other.send(`GET ${agent}`, { cookie: grace.cookie }),
    await other.send(`GET ${agent}/rotations`, { cookie: grace.cookie }),
    await grace.send(`PATCH ${agent}`, { body: { description: `it has ${token}` } }),
    await grace.send(`POST ${agent}/pause`, { body: { reason: `it has ${token}` } }),
    await grace.send(`GET /api/v1/agents?search=${token}`),
    await enroll(),
  ])
    tell(run, answer);
}

/** Has an agent that names itself by its secret be sent another, which it refuses by naming that. Returns the other. */
async function refuseRotation(
  { marks }: Run,
  { token, server, rotate }: { token: string; server: string; rotate: () => Promise<Answer> },
): Promise<string> {
  await using client = await greetAs(server, { token, host: token, version: token.slice(0, 60) });
  expect(202, await rotate());
  const sent = await client.rotation();
  const next = marks.minted(sent?.token);
  const data = { rotationId: sent?.rotationId, reason: 'other', text: `no room for ${next}` };
  client.send({ jsonrpc: '2.0', id: sent?.rotationId, error: { code: 1, message: next, data } });
  client.send({ jsonrpc: '2.0', id: next, method: next });
  await client.closed();
  return next;
}

async function letDeviceIn(run: Run, server: Caller, grace: Person): Promise<void> {
  const { marks } = run;
  const asked = await server.send('POST /oauth/device_authorization', {
    headers: form,
    text: 'client_id=keyward-cli&host=grace-laptop',
  });
  const { device_code: deviceCode, user_code: userCode } = expect(200, asked).body;
  marks.minted(textOf(deviceCode));
  await grace.send('POST /trpc/device.approve', { body: { userCode } });
  const grant = 'urn:ietf:params:oauth:grant-type:device_code';
  const text = new URLSearchParams({
    grant_type: grant,
    client_id: 'keyward-cli',
    device_code: textOf(deviceCode),
  });
  const got = await server.send('POST /oauth/token', { headers: form, text: text.toString() });
  marks.minted(textOf(expect(200, got).body['access_token']));
}

/** As its owner types: a password and a code on stdin, a token by the environment. */
async function useCommandLine(run: Run, grace: Person): Promise<void> {
  const { marks, stage } = run;
  const { origin } = stage.servers[0];
  using line = openCommandLine({ KEYWARD_SERVER: origin });
  const login = ['auth', 'login', '--password', '--email', grace.email];
  await line.run(login, { stdin: `${grace.password}\n` });
  const tokenOf = () => marks.minted(textOf(line.config()['profiles']?.['default']?.['token']));
  const first = tokenOf();
  await line.run('auth whoami', { env: { KEYWARD_TOKEN: first } });
  await line.run('auth logout');
  const { code } = expect(201, await grace.send('POST /api/v1/setup-codes', { body: {} })).body;
  await line.run('setup', { stdin: `${marks.minted(textOf(code))}\n` });
  tokenOf();
  run.shown.push(line.seen());
}

/** Secrets where they are wrong, too short, too many or for something else. */
async function fail(run: Run, { email }: Person): Promise<void> {
  const { marks, stage } = run;
  const [server] = stage.servers;
  const password = marks.password();
  const code = marks.password();
  for (const [call, body] of [
    ['auth/login', { email, password }],
    ['auth/login', { email: password, password }],
    ['auth/login', { email, password, extra: password }],
    ['auth/magic/redeem', { code }],
    ['setup-codes/redeem', { code, host: 'x', os: 'linux' }],
    ['account/password', { currentPassword: password, newPassword: 'short' }],
  ] as const)
    tell(run, await server.send(`POST /api/v1/${call}`, { body }));
  tell(run, await server.send('POST /trpc/setup.complete', { body: { code, name: 'x', email, password } }));
  tell(run, await server.send('GET /api/v1/me', { token: code.replaceAll(' ', '') }));
}

function keepCookie(marks: Marks, cookie: string): void {
  if (cookie !== '') marks.minted(cookie.slice(cookie.indexOf('=') + 1));
}

function tell({ shown }: Run, { text, headers }: Answer): void {
  const plain = [...headers].filter(([name]) => name !== 'set-cookie');
  shown.push(text, JSON.stringify(plain));
}

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries > 200) throw new Error('It did not come.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
