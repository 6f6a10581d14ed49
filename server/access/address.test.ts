import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressBlock, canonicalAddress, isInRanges } from '#server/access/address.ts';

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
];
for (const [address, block] of blocks) {
  test(`${address} is counted as ${block}`, () => assert.equal(addressBlock(address), block));
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
];
for (const [address, range, expected] of ranges) {
  test(`${address} is ${expected ? '' : 'not '}in ${range}`, () =>
    assert.equal(isInRanges(address, [range]), expected));
}
