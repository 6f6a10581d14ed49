import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cliVersionView } from '#server/doors/downloads/schema.ts';
import { builtCli } from '#server/testing/built-cli.ts';
import { textOf } from '#server/testing/caller.ts';
import { openDesk } from '#server/testing/desk.ts';

const cli = await builtCli();
const desk = await openDesk({ cli: cli.folder });
after(async () => {
  await desk[Symbol.asyncDispose]();
  await cli[Symbol.asyncDispose]();
});
const bytes = async (path: string) => Buffer.from(await (await fetch(desk.origin + path)).arrayBuffer());
const { version } = JSON.parse(await readFile(join(cli.folder, 'package.json'), 'utf8')) as {
  version: string;
};

test('two builds of one source are the same bytes, and the version names them', async () => {
  await using again = await builtCli();
  for (const file of ['keyward.tgz', 'keyward.mjs', 'package.json']) {
    assert.deepEqual(await readFile(join(again.folder, file)), await readFile(join(cli.folder, file)), file);
  }
  assert.match(version, /^\d+\.\d+\.\d+-c[0-9a-f]{8}$/);
});

test('npm is told of one package with one version, whose tarball lies below the registry', async () => {
  for (const name of ['@keyward%2fcli', '@keyward/cli', '%40keyward%2Fcli']) {
    const packument = await desk.send(`GET /npm/${name}`);
    assert.equal(packument.status, 200, name);
    assert.deepEqual(packument.body['dist-tags'], { latest: version });
    const published = packument.body['versions']?.[version];
    const dist = published?.['dist'];
    const tarball = textOf(dist?.['tarball']);
    assert.ok(tarball.startsWith(`${desk.origin}/npm/@keyward/cli/`), tarball);
    const body = await bytes(tarball.slice(desk.origin.length));
    assert.equal(textOf(dist?.['integrity']), `sha512-${hash('sha512', body, 'base64')}`);
    assert.equal(textOf(dist?.['shasum']), hash('sha1', body));
    assert.equal('scripts' in (published ?? {}) || 'dependencies' in (published ?? {}), false);
  }
});

test('npm gets the short form as what it asked for', async () => {
  const headers = { Accept: 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*' };
  const short = await desk.send('GET /npm/@keyward%2fcli', { headers });
  assert.equal(short.headers.get('content-type'), 'application/vnd.npm.install-v1+json');
  assert.equal(short.headers.get('vary'), 'Accept');
  const etag = short.headers.get('etag') ?? '';
  const again = await desk.send('GET /npm/@keyward%2fcli', {
    headers: { ...headers, 'If-None-Match': etag },
  });
  assert.equal(again.status, 304);
});

test('other packages, versions and methods are refused', async () => {
  const wrong = ['/npm/lodash', '/npm/@keyward%2fother', '/npm/', '/npm/@keyward/cli/-/cli-0.0.1.tgz'];
  for (const path of [
    ...wrong,
    '/cli/keyward-0.0.1.tgz',
    '/cli/',
    '/cli/constructor',
    '/cli/../package.json',
  ]) {
    const refused = await desk.send(`GET ${path}`);
    assert.equal(refused.status, 404, path);
    assert.equal(refused.headers.get('content-type'), 'application/problem+json');
  }
  const put = await desk.send('PUT /npm/@keyward%2fcli', { text: '{}' });
  assert.equal(put.status, 405);
  assert.equal(put.headers.get('allow'), 'GET, HEAD');
});

test('the files are those that the version tells of; only what names its version may be kept for good', async () => {
  const told = cliVersionView.parse((await desk.send('GET /cli/version')).body);
  assert.equal(told.version, version);
  const program = await bytes('/cli/keyward.mjs');
  assert.deepEqual({ sha256: hash('sha256', program), size: program.length }, told.file);
  assert.equal((await bytes('/cli/keyward.mjs.sha256')).toString(), `${told.file.sha256}  keyward.mjs\n`);
  for (const [path, caching] of [
    ['/cli/keyward.tgz', 'no-cache'],
    [`/cli/keyward-${version}.tgz`, 'public, max-age=31536000, immutable'],
  ] as const) {
    const head = await desk.send(`HEAD ${path}`);
    assert.equal(head.headers.get('cache-control'), caching);
    assert.equal(Number(head.headers.get('content-length')), told.size);
    assert.equal(hash('sha256', await bytes(path)), told.sha256);
  }
});

test('a server without a build says how to make one', async () => {
  await using bare = await openDesk();
  for (const path of ['/cli/version', '/cli/install.sh', '/npm/@keyward%2fcli']) {
    const refused = await bare.send(`GET ${path}`);
    assert.equal(refused.status, 404, path);
    assert.match(refused.problem?.detail ?? '', /npm run build/);
  }
});
