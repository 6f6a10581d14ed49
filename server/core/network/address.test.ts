import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { addressBlock, canonicalAddress, isInRanges, widerNetwork } from '#server/core/network/address.ts';
import { createCaller } from '#server/testing/caller.ts';
import { openDesk } from '#server/testing/desk.ts';

const canonical: [string, string | undefined][] = [
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['', undefined],
  ['203.0.113.7:80', undefined],
  ['unknown', undefined],
  ['203.0.113.256', undefined],
];
for (const [text, expected] of canonical) {
  test(`"${text}" is the address ${expected}`, () => assert.equal(canonicalAddress(text), expected));
}

const blocks: [string, string][] = [
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
  ['unknown', 'unknown'],
];
for (const [address, block] of blocks) {
  test(`${address} is counted as ${block}`, () => assert.equal(addressBlock(address), block));
}

const networks: [string, string][] = [
  ['203.0.113.7', '203.0.113.0/24'],
  ['::ffff:203.0.113.7', '203.0.113.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
  ['2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['unknown', 'unknown'],
];
for (const [address, network] of networks) {
  test(`${address} lies in the network ${network}`, () => assert.equal(widerNetwork(address), network));
}

const ranges: [string, string, boolean][] = [
  ['203.0.113.7', '203.0.113.7', true],
  ['203.0.113.7', '203.0.113.0/24', true],
  ['203.0.114.7', '203.0.113.0/24', false],
  ['::ffff:203.0.113.7', '203.0.113.0/24', true],
  ['2001:db8::7', '2001:db8::/32', true],
  ['2001:db9::7', '2001:db8::/32', false],
  ['203.0.113.7', '2001:db8::/32', false],
  ['2001:db8::7', '0.0.0.0/0', false],
  ['203.0.113.7', '::ffff:203.0.113.0/120', true],
  ['203.0.114.7', '::ffff:203.0.113.0/120', false],
  ['2001:db8::7', '2001:DB8:0::7', true],
  ['203.0.113.8', '203.0.113.7', false],
  ['203.0.113.7', 'unknown', false],
  ['unknown', 'unknown', false],
  ['unknown', '0.0.0.0/0', false],
  ['2001:db8::7', '2001:db8::/112', true],
  ['203.0.113.7', '::ffff:0:0/96', true],
  ['203.0.113.7', '::ffff:0:0/95', false],
];
for (const [address, range, expected] of ranges) {
  test(`${address} is ${expected ? '' : 'not '}in ${range}`, () =>
    assert.equal(isInRanges(address, [range]), expected));
}

test('one range of many is enough', () => {
  assert.ok(isInRanges('203.0.113.7', ['198.51.100.0/24', '203.0.113.0/24']));
  assert.ok(!isInRanges('203.0.113.7', []));
});

const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === '::1'),
);

test(
  'over IPv6 the whole address is kept, and its /64 is what tries are counted by',
  { skip: !hasIpv6 },
  async () => {
    await using desk = await openDesk({ settings: { HOST: '::' } });
    const overIpv6 = createCaller(`http://[::1]:${new URL(desk.origin).port}`);
    for (const caller of [overIpv6, desk])
      await caller.send('POST /api/v1/auth/login', { body: { email: desk.ada.email, password: 'wrong' } });
    await desk.settle();
    const rows = await desk.sql<{ address: string }>(
      "select host(address) as address from audit_events where action = 'auth.login_failed' order by sequence",
    );
    assert.deepEqual(
      rows.map(({ address }) => address),
      ['::1', '127.0.0.1'],
    );
    const tallies = await desk.sql<{ key: Buffer }>('select key from sign_in_tallies');
    const isCounted = (place: string) => {
      const wanted = desk.runtime.signer.hash('try:address', place);
      return tallies.some(({ key }) => key.equals(wanted));
    };
    assert.deepEqual(['::/64', '::1', '127.0.0.1'].map(isCounted), [true, false, true]);
  },
);
