import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { openDesk } from '#server/testing/desk.ts';
import { frontHost as host, placeOfFront, startFront } from '#server/testing/fronts.ts';
import { goodPassword } from '#server/testing/person.ts';
import { skipWithout } from '#server/testing/program.ts';

interface Sent {
  method?: string;
  body?: object;
  headers?: Record<string, string>;
}

/** As a browser does that was told where the host is. */
async function send(port: number, path: string, { method = 'GET', body, headers }: Sent = {}) {
  const sent = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    servername: host,
    rejectUnauthorized: false,
    agent: false,
    headers: { Host: host, Origin: `https://${host}`, 'Content-Type': 'application/json', ...headers },
  });
  sent.end(body && JSON.stringify(body));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return answer;
}

for (const name of ['nginx', 'caddy'] as const) {
  test(
    `behind ${name} people sign in over TLS, are seen where they are, and hear of changes as they come`,
    { skip: skipWithout(name) },
    async () => {
      await using desk = await openDesk({
        settings: { KEYWARD_URL: `https://${host}`, KEYWARD_TRUSTED_PROXIES: '127.0.0.1' },
      });
      await using place = await placeOfFront();
      await using _ = await startFront(name, place, desk.origin);
      const signIn = { email: 'ada@example.com', password: goodPassword };
      const headers = {
        'X-Forwarded-For': '203.0.113.9',
        'X-Forwarded-Host': 'evil.example',
        Forwarded: 'for=203.0.113.9',
      };
      const answer = await send(place.port, '/api/v1/auth/login', { method: 'POST', body: signIn, headers });
      assert.equal(answer.statusCode, 200, await text(answer));
      const [cookie = ''] = answer.headers['set-cookie'] ?? [];
      assert.match(cookie, /^__Host-.*; Secure/);
      const [row] = await desk.sql<{ address: string }>(
        "select host(address) as address from audit_events where action = 'auth.login' order by sequence desc limit 1",
      );
      assert.equal(row?.address, '127.0.0.1');

      const ours = { Cookie: cookie.split(';')[0] ?? '' };
      const events = await send(place.port, '/trpc/live.changes', {
        headers: { ...ours, Accept: 'text/event-stream' },
      });
      assert.equal(events.statusCode, 200);
      const heard = once(events, 'data');
      await send(place.port, '/api/v1/tokens', { method: 'POST', body: { name: 'laptop' }, headers: ours });
      assert.ok(await heard);
      events.destroy();
      const tooMuch = await send(place.port, '/api/v1/tokens', {
        method: 'POST',
        body: { name: 'x'.repeat(1_100_000) },
        headers: ours,
      });
      assert.equal(tooMuch.statusCode, 413);
      assert.match(await text(tooMuch), /"code":"body_too_large"/);
    },
  );
}
