import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { contentSecurityPolicy } from '#server/doors/pages/export.ts';
import { openDesk, openEmptyDesk } from '#server/testing/desk.ts';

const html = { Accept: 'text/html,application/xhtml+xml' };

/** What Next exports, in small. */
async function exportSite(): Promise<{ pages: string } & AsyncDisposable> {
  const pages = await mkdtemp(join(tmpdir(), 'keyward-site-'));
  for (const name of ['login', 'setup', 'dashboard', 'tokens', '404', 'forbidden', 'already']) {
    await writeFile(join(pages, `${name}.html`), `<title>${name}</title><script>go("${name}")</script>`);
  }
  await mkdir(join(pages, '_next/static'), { recursive: true });
  await writeFile(join(pages, '_next/static/app.js'), 'go()');
  await writeFile(join(pages, 'favicon.svg'), '<svg/>');
  return { pages, [Symbol.asyncDispose]: () => rm(pages, { recursive: true }) };
}

test('someone signed out is led to sign in and back; a program is told so', async () => {
  await using site = await exportSite();
  await using desk = await openDesk(site);
  for (const [path, next] of [
    ['/dashboard', '%2Fdashboard'],
    ['/tokens?status=active&search=a%20b', '%2Ftokens%3Fstatus%3Dactive%26search%3Da%2520b'],
    ['/admin/users', '%2Fadmin%2Fusers'],
  ] as const) {
    const led = await desk.send(`GET ${path}`, { headers: html });
    assert.equal(led.status, 302, path);
    assert.equal(led.headers.get('location'), `/login?next=${next}`);
    const told = await desk.send(`GET ${path}`, { headers: { Accept: '*/*' } });
    assert.equal(told.status, 401);
    assert.equal(told.headers.get('content-type'), 'application/problem+json');
    assert.match(told.headers.get('www-authenticate') ?? '', /^Bearer/);
  }
  for (const path of ['/api/v1/me', '/trpc/sessions.me']) {
    const told = await desk.send(`GET ${path}`, { headers: html });
    assert.equal(told.status, 401, path);
    assert.match(told.headers.get('content-type') ?? '', /json/);
  }
  const forged = await desk.send('GET /dashboard', { headers: html, cookie: 'keyward_session=forged' });
  assert.equal(forged.status, 302);
});

test('signed in, the front door and the sign-in page lead inside, and never outside', async () => {
  await using site = await exportSite();
  await using desk = await openDesk(site);
  const led = async (path: string) =>
    (await desk.ada.send(`GET ${path}`, { headers: html })).headers.get('location');
  assert.equal(await led('/'), '/dashboard');
  assert.equal(await led('/login'), '/');
  assert.equal(await led('/login?next=/tokens?status=active'), '/tokens?status=active');
  assert.equal(await led('/profile'), '/tokens');
  assert.equal(await led('/admin'), '/admin/users');
  for (const next of [
    '/\\evil.example',
    '//evil.example',
    '/%5Cevil.example',
    'https://evil.example',
    '/%09/evil.example',
  ]) {
    assert.equal(await led(`/login?next=${next}`), '/', next);
    assert.equal(await led(`/login?next=${encodeURIComponent(next)}`), '/', next);
  }
  const out = await desk.send('GET /', { headers: html });
  assert.equal(out.headers.get('location'), '/login');
});

test('/api leads to the page about the API; what lies below it stays with the API', async () => {
  await using site = await exportSite();
  await using desk = await openDesk(site);
  const page = await desk.ada.send('GET /api', { headers: html });
  assert.deepEqual([page.status, page.headers.get('location')], [302, '/docs/api']);
  for (const path of ['/api/', '/api/v1/nothing']) {
    const refused = await desk.ada.send(`GET ${path}`, { headers: html });
    assert.equal(refused.status, 404, path);
    assert.equal(refused.problem?.code, 'not_found', path);
  }
});

test('a page that one may not see is a page that says so, with status 403; a program gets the permission’s name', async () => {
  await using site = await exportSite();
  await using desk = await openDesk(site);
  const bob = await desk.join('Bob', 'manager');
  const page = await bob.send('GET /admin/users', { headers: html });
  assert.equal(page.status, 403);
  assert.match(page.text, /<title>forbidden/);
  const told = await bob.send('GET /admin/users');
  assert.equal(told.status, 403);
  assert.equal(told.problem?.code, 'permission_denied');
  assert.match(told.problem?.detail ?? '', /users:read/);
  assert.equal((await desk.ada.send('GET /admin/users', { headers: html })).status, 404, 'not built yet');
});

test('pages and files are served, unknown ones are 404 to people and programs alike', async () => {
  await using site = await exportSite();
  await using desk = await openDesk(site);
  const page = await desk.ada.send('GET /tokens', { headers: html });
  assert.equal(page.status, 200);
  assert.match(page.text, /<title>tokens/);
  assert.equal(page.headers.get('cache-control'), 'no-cache');
  const script = await desk.send('GET /_next/static/app.js');
  assert.equal(script.status, 200);
  assert.match(script.headers.get('cache-control') ?? '', /immutable/);
  assert.equal((await desk.send('GET /favicon.svg')).status, 200);
  const lost = await desk.send('GET /nothing/here', { headers: html });
  assert.equal(lost.status, 404);
  assert.match(lost.text, /<title>404/);
  assert.equal((await desk.send('GET /nothing/here')).problem?.code, 'not_found');
  for (const path of [
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/.env',
    '/_next/../../package.json',
    '/setup.html',
    '/dashboard.html',
  ]) {
    assert.equal((await desk.send(`GET ${path}`)).status, 404, path);
  }
});

test('a page may run the scripts that stand in it and our files, and no other', async () => {
  await using site = await exportSite();
  await using desk = await openDesk(site);
  const { headers } = await desk.send('GET /login', { headers: html });
  const hash = createHash('sha256').update('go("login")').digest('base64');
  const policy = headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'/);
  assert.ok(policy.includes(`script-src 'self' 'sha256-${hash}';`), policy);
  assert.doesNotMatch(policy, /script-src[^;]*unsafe/);
});

test('a page is sent compressed to whoever takes that, and plain to the others', async () => {
  await using site = await exportSite();
  await writeFile(join(site.pages, 'login.html.gz'), gzipSync('<title>compressed</title>'));
  await using desk = await openDesk(site);
  const get = (encoding: string) =>
    desk.send('GET /login', { headers: { ...html, 'Accept-Encoding': encoding } });
  const compressed = await get('gzip, br');
  assert.equal(compressed.headers.get('content-encoding'), 'gzip');
  assert.match(compressed.text, /compressed/);
  const plain = await get('identity');
  assert.equal(plain.headers.get('content-encoding'), null);
  assert.equal(plain.headers.get('vary'), 'Accept-Encoding');
  assert.match(plain.text, /<title>login/);
});

test('scripts with a source need no hash, the others one each', () => {
  const policy = contentSecurityPolicy(
    '<script src="/a.js"></script><script async>a</script><script type="module">b\nc</script>',
  );
  assert.equal(policy.match(/sha256-/g)?.length, 2);
});

test('the page for the first admin is there until there is one', async () => {
  await using site = await exportSite();
  await using empty = await openEmptyDesk(site);
  assert.equal((await empty.send('GET /setup?code=x', { headers: html })).status, 200);
  assert.equal((await empty.send('GET /login', { headers: html })).headers.get('location'), '/setup');
  await using desk = await openDesk(site);
  const gone = await desk.send('GET /setup?code=x', { headers: html });
  assert.equal(gone.status, 404);
  assert.match(gone.text, /<title>already/);
});

test('a person who is refused reads a page, also when that is for coming too often; a program reads a problem', async () => {
  await using site = await exportSite();
  await using desk = await openDesk({ ...site, settings: { KEYWARD_ADDRESS_RATE_LIMIT: '1/2' } });
  const { token } = await desk.ada.createToken({ name: 'ci' });
  const refusedOf = async (path: string, headers: Record<string, string>) => {
    for (let tries = 0; tries < 20; tries++) {
      const answer = await desk.send(`GET ${path}`, { headers });
      if (answer.status === 429) return answer;
    }
    throw new Error('never limited');
  };
  const page = await refusedOf('/login', html);
  assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.match(page.text, /<h1>Too many requests<\/h1>/);
  assert.ok(Number(page.headers.get('retry-after')) > 0);
  const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(page.text) ?? [];
  const hash = createHash('sha256').update(style).digest('base64');
  assert.match(
    page.headers.get('content-security-policy') ?? '',
    /^default-src 'none'; .*frame-ancestors 'none'$/,
  );
  assert.ok(page.headers.get('content-security-policy')?.includes(`style-src 'sha256-${hash}'`));
  for (const [path, headers] of [
    ['/login', {}],
    ['/api/v1/me', html],
    ['/.well-known/jwks.json', { Accept: 'application/json' }],
  ] as const)
    assert.match((await refusedOf(path, headers)).headers.get('content-type') ?? '', /json/, path);

  const shown = [
    ['GET', `/login?next=/${token}`, 400],
    ['GET', `/${'x'.repeat(9_000)}`, 414],
    ['POST', '/login', 405],
    ['GET', '/cli/<b>', 404],
  ] as const;
  desk.clock.advance({ hours: 1 });
  for (const [method, path, status] of shown) {
    const told = await desk.ada.send(`${method} ${path}`, { headers: html });
    assert.ok([status, 429].includes(told.status), `${path.slice(0, 20)}: ${told.status}`);
    assert.match(told.headers.get('content-type') ?? '', /html/);
    assert.ok(!told.text.includes(token.slice(8)) && !told.text.includes('<b>'));
  }
});
