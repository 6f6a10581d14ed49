import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { openIssuer } from '#server/testing/issuer.ts';
import { begin, comeBack, errorOf } from '#server/testing/round-trip.ts';

const client = { KEYWARD_OIDC_CLIENT_ID: 'keyward', KEYWARD_OIDC_CLIENT_SECRET: 'a secret of ours' };

async function openServer(answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    settings: { ...client, KEYWARD_OIDC_ISSUER: origin },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const start = (desk: Desk) => desk.send('POST /api/v1/auth/oidc', { body: {} });
/** What is logged of the issuer itself, beside the refused call. */
const errorsOf = ({ logged }: Desk) =>
  logged
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ level, msg }) => level === 50 && String(msg).startsWith('OpenID Connect'));

const wrong: [what: string, answer: RequestListener, logged: Record<string, unknown>][] = [
  [
    'the metadata of another issuer',
    (_, res) => res.setHeader('Content-Type', 'application/json').end('{"issuer":"https://other.example"}'),
    { announced: 'https://other.example' },
  ],
  ['no such page', (_, res) => res.writeHead(404).end(), { status: 404 }],
  [
    'a page for people',
    (_, res) => res.setHeader('Content-Type', 'text/html').end('<p>'),
    { contentType: 'text/html' },
  ],
  [
    'a redirect',
    (_, res) => res.writeHead(302, { Location: 'https://moved.example/' }).end(),
    { status: 302, location: 'https://moved.example/' },
  ],
];
for (const [what, answer, logged] of wrong) {
  test(`an issuer that answers with ${what} is reported as a wrong configuration, and the log says what to set`, async () => {
    await using server = await openServer(answer);
    await using desk = await openDesk({ settings: server.settings });
    const refused = await start(desk);
    assert.equal(refused.status, 503);
    assert.equal(refused.problem?.code, 'oidc_misconfigured');
    assert.match(refused.problem?.detail ?? '', /Ask an admin/);
    assert.doesNotMatch(refused.text, /example/, 'nothing of the configuration');
    const [line] = errorsOf(desk);
    assert.equal(line?.['issuer'], `${server.settings.KEYWARD_OIDC_ISSUER}/`);
    for (const [name, value] of Object.entries(logged)) assert.equal(line?.[name], value);
    assert.match(String(line?.['msg']), /KEYWARD_OIDC_ISSUER/);
    await start(desk);
    assert.equal(errorsOf(desk).length, 1, 'once a minute');
  });
}

test('an issuer that fails is reported as one that does not answer', async () => {
  await using server = await openServer((_, res) => res.writeHead(502).end());
  await using desk = await openDesk({ settings: server.settings });
  assert.equal((await start(desk)).problem?.code, 'oidc_unavailable');
  assert.deepEqual(errorsOf(desk), []);
});

test('a client secret that the issuer refuses is reported as a wrong configuration, and is in no log', async () => {
  await using issuer = await openIssuer();
  const settings = { ...issuer.settings, KEYWARD_OIDC_CLIENT_SECRET: 'not the one of the issuer' };
  await using desk = await openDesk({ settings });
  const { url, cookie } = await begin(desk);
  const back = await issuer.visit(url);
  assert.equal(errorOf(await comeBack(desk, back, cookie)), 'oidc_misconfigured');
  const [line] = errorsOf(desk);
  assert.match(String(line?.['msg']), /KEYWARD_OIDC_CLIENT_SECRET/);
  assert.doesNotMatch(desk.logged.join(''), /not the one of the issuer/);
});

test('what the issuer refuses the client is reported as a wrong configuration, and what it refuses a person is not', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  const refusedBy = async (error: string) => {
    const { url, cookie } = await begin(desk);
    const back = await issuer.visit(url);
    back.searchParams.delete('code');
    back.searchParams.set('error', error);
    return errorOf(await comeBack(desk, back, cookie));
  };
  assert.equal(await refusedBy('unauthorized_client'), 'oidc_misconfigured');
  assert.equal(await refusedBy('invalid_scope'), 'oidc_misconfigured');
  assert.equal(await refusedBy('access_denied'), 'oidc_denied');
  assert.equal(await refusedBy('interaction_required'), 'oidc_denied');
  assert.equal(await refusedBy('temporarily_unavailable'), 'oidc_unavailable');
});
