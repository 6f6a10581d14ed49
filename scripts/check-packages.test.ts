import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { type LockedPackage, packageFaults, readLockFile, readManifest } from '#scripts/check-packages.ts';
import { root } from '#scripts/workplace.mjs';
import { licencesPage } from '#scripts/write-licences.ts';
import { billOfMaterials } from '#scripts/write-sbom.ts';

const good: LockedPackage = { version: '1.0.0', license: 'MIT', integrity: 'sha512-x' };

test('what is depended on is exact, locked without hosts, without scripts, new enough and under a known licence', () => {
  assert.deepEqual(packageFaults(readManifest(), readLockFile()), []);
  const cases: [string, LockedPackage, RegExp | null][] = [
    ['a', good, null],
    ['a', { ...good, resolved: 'https://registry.example/a.tgz' }, /names a host/],
    ['a', { version: '1.0.0', license: 'MIT' }, /has no integrity/],
    ['a', { ...good, hasInstallScript: true }, /wants to run a script/],
    ['b', { ...good, hasInstallScript: true }, null],
    ['next', { ...good, version: '16.0.6' }, /must be 16\.0\.7 or newer/],
    ['next', { ...good, version: '16.0.7-rc.1' }, /must be 16\.0\.7 or newer/],
    ['next', { ...good, version: '16.0.7' }, null],
    ['react', { ...good, version: '9.9.9' }, /must be 19\.2\.3 or newer/],
    ['a', { ...good, license: 'AGPL-3.0-only' }, /under AGPL-3\.0-only, which is not on the list/],
    ['a', { version: '1.0.0', integrity: 'sha512-x' }, /under no licence/],
    ['a', { ...good, license: '(GPL-3.0-only OR MIT)' }, null],
    ['a', { ...good, license: 'MIT AND SSPL-1.0' }, /not on the list/],
  ];
  for (const [name, found, expected] of cases) {
    const packages = { '': {}, [`node_modules/x/node_modules/${name}`]: found };
    const [fault, ...more] = packageFaults({ allowScripts: { b: false } }, { packages });
    assert.deepEqual(more, []);
    if (expected) assert.match(fault ?? '', expected);
    else assert.equal(fault, undefined);
  }
  const [inexact] = packageFaults({ dependencies: { a: '^1.0.0' } }, { packages: {} });
  assert.match(inexact ?? '', /"\^1\.0\.0" is no exact version/);
});

test('the page of licences says what is locked ("npm run docs" writes it anew)', async () => {
  assert.equal(await readFile(`${root}/docs/licences.md`, 'utf8'), licencesPage(readLockFile()));
});

test('the bill of materials names every package that is used, with its hash and its licence', () => {
  const { components } = billOfMaterials(readLockFile());
  const named = new Map(components.map((component) => [component.name, component]));
  for (const name of Object.keys(readManifest().dependencies ?? {})) assert.ok(named.has(name), name);
  assert.ok(!named.has('oxlint'), 'what only checks use');
  for (const { name, hashes, licenses } of components) {
    assert.match(hashes[0]?.content ?? '', /^[0-9a-f]{128}$/, name);
    assert.equal(licenses.length, 1, name);
  }
  assert.equal(
    named.get('@base-ui/react')?.purl,
    `pkg:npm/%40base-ui/react@${named.get('@base-ui/react')?.version}`,
  );
});
