import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { request } from 'undici';
import type { AllowedRange } from '#server/config.ts';
import { AddressRefusedError, createUpstreamAgent } from '#server/core/upstream/create-upstream-agent.ts';
import { isAllowedDestination, upstreamUrlFault } from '#server/core/upstream/destination.ts';
import { hostileHosts } from '#server/testing/hostile-hosts.ts';
import { openCanary } from '#server/testing/mcp/canary.ts';

/** What names resolve to in these tests, answer by answer. */
const names: Record<string, string[][]> = {
  'inside.example': [['127.0.0.1']],
  'mixed.example': [['203.0.113.7', '127.0.0.1']],
  'mapped.example': [['::ffff:127.0.0.1']],
  'private.example': [['10.0.0.5']],
  'metadata.example': [['169.254.169.254']],
  'rebinding.example': [['93.184.216.34'], ['127.0.0.1']],
};

function resolver() {
  const asked = new Map<string, number>();
  return (hostname: string, found: (error: Error | null, addresses?: LookupAddress[]) => void) => {
    const answers = names[hostname] ?? [['127.0.0.1']];
    const count = asked.get(hostname) ?? 0;
    asked.set(hostname, count + 1);
    const answer = answers[Math.min(count, answers.length - 1)] ?? [];
    found(
      null,
      answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
}

function openAgent(options: Parameters<typeof createUpstreamAgent>[0]) {
  const agent = createUpstreamAgent(options);
  return { agent, [Symbol.asyncDispose]: () => agent.destroy() };
}

const hosts = [...hostileHosts, 'inside.example', 'mixed.example', 'mapped.example'];

for (const scheme of ['http', 'https']) {
  for (const host of hosts) {
    test(`${scheme}://${host} reaches nothing on this machine`, async () => {
      await using canary = await openCanary();
      await using agent = openAgent({ allowed: [], resolve: resolver() });
      await assert.rejects(
        request(`${scheme}://${host}:${canary.port}/mcp`, { dispatcher: agent.agent }),
        AddressRefusedError,
      );
      assert.equal(canary.connections(), 0);
    });
  }
}

test('an address that the operator lists is reached, by its number and by a name', async () => {
  await using canary = await openCanary();
  const allowed = [{ range: '127.0.0.0/8', port: canary.port }];
  for (const host of ['127.0.0.1', 'inside.example', '[::ffff:127.0.0.1]']) {
    await using agent = openAgent({ allowed, resolve: resolver() });
    const answer = await request(`http://${host}:${canary.port}/mcp`, { dispatcher: agent.agent });
    assert.equal(answer.statusCode, 404, host);
    await answer.body.dump();
  }
  assert.equal(canary.hits.length, 3);
});

test('a name is checked each time it is resolved, so one that moves is refused', async () => {
  await using canary = await openCanary();
  await using elsewhere = await openCanary();
  const allowed = [{ range: '127.0.0.1', port: elsewhere.port }];
  names['moving.example'] = [['127.0.0.1'], ['10.0.0.5']];
  await using agent = openAgent({ allowed, resolve: resolver() });
  const url = `http://moving.example:${elsewhere.port}/`;
  await (await request(url, { dispatcher: agent.agent, reset: true })).body.dump();
  await assert.rejects(request(url, { dispatcher: agent.agent }), AddressRefusedError);
  assert.deepEqual([elsewhere.hits.length, canary.hits.length], [1, 0]);
});

test('a name that does not resolve is an error and no end of the server', async () => {
  await using agent = openAgent({ allowed: [], resolve: (_, found) => found(new Error('ENOTFOUND')) });
  await assert.rejects(request('https://nowhere.example/', { dispatcher: agent.agent }), /ENOTFOUND/);
  await using real = openAgent({ allowed: [] });
  await assert.rejects(request('https://nowhere.invalid/', { dispatcher: real.agent }));
});

test('a redirect is answered and not followed', async () => {
  await using canary = await openCanary();
  const server = createServer((_, res) =>
    res.writeHead(307, { Location: `http://127.0.0.1:${canary.port}/` }).end(),
  );
  await using _closing = { [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const allowed = [{ range: '127.0.0.1', port: null }];
  await using agent = openAgent({ allowed });
  const answer = await request(`http://127.0.0.1:${port}/`, { dispatcher: agent.agent });
  await answer.body.dump();
  assert.equal(answer.statusCode, 307);
  assert.equal(canary.connections(), 0);
});

const destinations: [string, number, boolean, AllowedRange[], boolean][] = [
  ['8.8.8.8', 443, false, [], true],
  ['8.8.8.8', 443, true, [], false],
  ['2606:4700::1', 443, false, [], true],
  ['10.0.0.5', 443, false, [], false],
  ['172.16.0.1', 443, false, [], false],
  ['192.168.1.1', 443, false, [], false],
  ['169.254.169.254', 443, false, [], false],
  ['100.64.0.1', 443, false, [], false],
  ['192.0.0.1', 443, false, [], false],
  ['192.0.2.1', 443, false, [], false],
  ['198.18.0.1', 443, false, [], false],
  ['224.0.0.1', 443, false, [], false],
  ['240.0.0.1', 443, false, [], false],
  ['255.255.255.255', 443, false, [], false],
  ['0.1.2.3', 443, false, [], false],
  ['::ffff:8.8.8.8', 443, false, [], false],
  ['64:ff9b::8.8.8.8', 443, false, [], false],
  ['64:ff9b:1::1', 443, false, [], false],
  ['2002:808:808::', 443, false, [], false],
  ['2001::1', 443, false, [], false],
  ['2001:db8::1', 443, false, [], false],
  ['fd00::1', 443, false, [], false],
  ['fe80::1', 443, false, [], false],
  ['fec0::1', 443, false, [], false],
  ['ff02::1', 443, false, [], false],
  ['100::1', 443, false, [], false],
  ['4000::1', 443, false, [], false],
  ['10.0.0.5', 8_080, true, [{ range: '10.0.0.0/8', port: null }], true],
  ['10.0.0.5', 8_080, true, [{ range: '10.0.0.0/8', port: 8_080 }], true],
  ['10.0.0.5', 8_081, true, [{ range: '10.0.0.0/8', port: 8_080 }], false],
  ['11.0.0.5', 8_080, true, [{ range: '10.0.0.0/8', port: null }], false],
  ['fd00::1', 8_443, false, [{ range: 'fd00::/8', port: 8_443 }], true],
];
for (const [address, port, isPlain, allowed, isAllowed] of destinations) {
  const listed = allowed.map(({ range, port: only }) => `${range} ${only ?? ''}`).join();
  test(`${isPlain ? 'http' : 'https'} to ${address} port ${port}${listed && `, listed ${listed}`}: ${isAllowed}`, () =>
    assert.equal(isAllowedDestination({ address, port, isPlain }, allowed), isAllowed));
}

const urls: [string, string | null][] = [
  ['https://tools.example/mcp', null],
  ['https://tools.example:8443/mcp?region=eu', null],
  ['https://tools.example:80/mcp', null],
  ['https://tools.example:22/mcp', 'port'],
  ['https://tools.example:1023/mcp', 'port'],
  ['ftp://tools.example/mcp', 'scheme'],
  ['file:///etc/passwd', 'scheme'],
  ['https://ada:secret@tools.example/mcp', 'credentials'],
  ['https://tools.example/mcp#part', 'fragment'],
  ['https://127.0.0.1/mcp', 'address'],
  ['http://8.8.8.8/mcp', 'address'],
];
for (const [url, fault] of urls)
  test(`the address ${url}: ${fault ?? 'good'}`, () =>
    assert.equal(upstreamUrlFault(new URL(url), []), fault));
