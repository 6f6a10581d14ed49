import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { openDesk } from '#server/testing/desk.ts';
import { placeOfFront, startCaddy, startNginx, type Place } from '#server/testing/fronts.ts';
import { goodPassword } from '#server/testing/person.ts';
import { programOf, skipWithout } from '#server/testing/program.ts';

const docs = new URL('../../docs/fronts/', import.meta.url);
const host = 'desk.example.com';

/** Each is run on the file of the documentation, with nothing changed but addresses and certificates. */
const fronts = {
  nginx: {
    file: 'nginx.conf',
    start(config: string, place: Place) {
      const [key, certificate] = ['key', 'pem'].map((ending) => join(place.folder, `front.${ending}`));
      const what = ['req', '-x509', '-newkey', 'ed25519', '-nodes', '-subj', `/CN=${host}`];
      execFileSync(programOf('openssl'), [...what, '-keyout', `${key}`, '-out', `${certificate}`], {
        stdio: 'ignore',
      });
      return startNginx(
        config
          .replace('listen 443', `listen 127.0.0.1:${place.port}`)
          .replace(/ssl_certificate \S+;/, `ssl_certificate ${certificate};`)
          .replace(/ssl_certificate_key \S+;/, `ssl_certificate_key ${key};`),
        place,
      );
    },
  },
  caddy: {
    file: 'caddyfile',
    start: (config: string, place: Place) =>
      startCaddy(
        config.replace(`${host} {`, `https://${host}:${place.port} {\n\tbind 127.0.0.1\n\ttls internal`),
        place,
      ),
  },
};

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

for (const [name, { file, start }] of Object.entries(fronts)) {
  test(
    `behind ${name} people sign in over TLS, are seen where they are, and hear of changes as they come`,
    { skip: skipWithout(name) },
    async () => {
      await using desk = await openDesk({
        settings: { KEYWARD_URL: `https://${host}`, KEYWARD_TRUSTED_PROXIES: '127.0.0.1' },
      });
      await using place = await placeOfFront();
      const config = (await readFile(new URL(file, docs), 'utf8')).replaceAll(
        '127.0.0.1:3000',
        new URL(desk.origin).host,
      );
      await using _ = await start(config, place);
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
