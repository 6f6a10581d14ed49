import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDesk, type Desk } from '#server/testing/desk.ts';

/** A call whose headers and the first byte of its body are there; `end` sends the rest and says what the answer is. */
async function sendLate(
  { origin }: Desk,
  call: string,
  { headers, body }: { headers: string; body: object },
) {
  const { hostname, port } = new URL(origin);
  const text = JSON.stringify(body);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    `${call} HTTP/1.1\r\nHost: x\r\n${headers}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text[0]}`,
  );
  return {
    async end() {
      socket.write(text.slice(1));
      const [answer] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      return Number(answer.toString().slice(9, 12));
    },
  };
}

test('what was revoked while the body of a call was on its way does nothing with it', async () => {
  await using desk = await openDesk();
  const eve = await desk.join('Eve', 'admin');
  const { token, credential } = await eve.createToken({ name: 'ci' });
  const byToken = `Authorization: Bearer ${token}`;
  const bySession = `Cookie: ${eve.cookie}`;
  const calls: [call: string, headers: string, body: object][] = [
    ['POST /api/v1/tokens', bySession, { name: 'kept' }],
    ['POST /trpc/tokens.create', bySession, { name: 'kept too' }],
    ['PATCH /api/v1/settings', byToken, { disableOnReuse: true }],
    ['POST /api/v1/verify', byToken, { token }],
  ];
  const open = () =>
    Promise.all(calls.map(([call, headers, body]) => sendLate(desk, call, { headers, body })));
  const statuses = async (sent: Awaited<ReturnType<typeof open>>) =>
    Promise.all(sent.map(({ end }) => end()));
  const before = await open();
  await sleep(50);
  assert.deepEqual(
    (await statuses(before)).map((status) => status < 300),
    [true, true, true, true],
  );
  const during = await open();
  await sleep(50);
  await eve.revokeToken(credential.id);
  await desk.ada.send(`POST /api/v1/users/${eve.id}/revoke-sessions`);
  assert.deepEqual(await statuses(during), [401, 401, 401, 401]);
});

test('calls whose bodies are on their way keep no places', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const sockets = await Promise.all(
    Array.from({ length: 70 }, () =>
      sendLate(desk, 'POST /api/v1/tokens', { headers: `Cookie: ${bob.cookie}`, body: {} }),
    ),
  );
  while (desk.runtime.admission.bodies.held() < 70) await sleep(5);
  assert.equal((await bob.send('GET /api/v1/me')).status, 200);
  await Promise.all(sockets.map(({ end }) => end()));
});
