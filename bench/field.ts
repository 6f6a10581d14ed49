import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, programOf, startProgram } from '#server/testing/program.ts';
import { onCore } from './cores.ts';
import { startDatabase, startServer, type BenchDatabase, type BenchServer } from './desk.ts';
import { fill, fillSessions, type Filled } from './fill.ts';
import type { Subject } from './subjects.ts';
import type { Load } from './wrk.ts';

const peers = fileURLToPath(new URL('peers/', import.meta.url));
const peerKeys = 1_000;
const sessions = 1_000;

interface Desk {
  server: BenchServer;
  filled: Filled;
  sessions: string;
}

/** Everything that is measured, running side by side: an idle server costs nothing. */
export async function openField(sizes: number[], middleSize: number) {
  const opened = new AsyncDisposableStack();
  const database = opened.use(await startDatabase());
  const subjects: Subject[] = [];
  for (const size of sizes) {
    console.log(`filling a database with ${size.toLocaleString('en')} credentials`);
    const desk = await openDesk(database, size);
    opened.use(desk.server);
    if (size === middleSize) subjects.push(...(await openMiddle(opened, database, desk, size)));
    else subjects.push(subjectOf(`me, ${size}`, 'GET /api/v1/me', desk.server, meOf(desk)));
  }
  return { subjects, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

async function openDesk(database: BenchDatabase, size: number): Promise<Desk> {
  const { address, url } = await database.create(`bench_${size}`);
  const settings = {
    DATABASE_URL: url,
    KEYWARD_DATA: database.folder,
    // As by default, but one service asks for everybody.
    KEYWARD_RATE_LIMIT: '900000/9000000',
  };
  const server = await startServer('server/main.ts', settings);
  const filled = await fill(address, size, path.join(database.folder, `tokens-${size}`));
  return {
    server,
    filled,
    sessions: await fillSessions(address, sessions, path.join(database.folder, `sessions-${size}`)),
  };
}

const meOf = ({ server, filled }: Desk): Load => ({
  origin: server.origin,
  method: 'GET',
  path: '/api/v1/me',
  tokens: filled.tokens,
  way: 'token',
});

function subjectOf(name: string, says: string, { cpuMicroseconds: cpu }: BenchServer, load: Load): Subject {
  return { name, says, load, cpu };
}

/** Ours in all its forms, each beside a bare server that says the same, and the others. */
async function openMiddle(
  opened: AsyncDisposableStack,
  database: BenchDatabase,
  desk: Desk,
  size: number,
): Promise<Subject[]> {
  const { server, filled } = desk;
  const me = meOf(desk);
  const forms: Record<string, Load> = {
    me,
    verify: { ...me, method: 'POST', path: '/api/v1/verify', way: 'json', service: filled.service },
    forward: { ...me, path: '/api/v1/auth/forward' },
  };
  const subjects: Subject[] = [];
  for (const [name, load] of Object.entries(forms)) {
    const floor = opened.use(await startServer('bench/floor.mjs', { FLOOR_BODY: await bodyOf(load) }));
    subjects.push(
      subjectOf(`floor, ${name}`, 'bare node:http with the same body', floor, {
        ...load,
        origin: floor.origin,
      }),
    );
    subjects.push(subjectOf(`${name}, ${size}`, `${load.method} ${load.path}`, server, load));
  }
  const introspect: Load = {
    ...me,
    method: 'POST',
    path: '/oauth/introspect',
    way: 'form',
    service: filled.service,
  };
  subjects.push(subjectOf(`introspect, ${size}`, 'POST /oauth/introspect', server, introspect));
  subjects.push(
    subjectOf('cookie', 'GET /api/v1/me with a session of Lucia', server, {
      ...me,
      way: 'cookie',
      tokens: desk.sessions,
    }),
  );
  subjects.push(await openPeer(opened, database), ...(await openNginx(opened, database, desk)));
  return subjects;
}

/** What ours says to the first token of the file. */
async function bodyOf({ origin, method, path: where, tokens, way, service }: Load): Promise<string> {
  const [token] = (await readFile(tokens, 'utf8')).split('\n', 1);
  const headers = {
    Authorization: `Bearer ${way === 'json' ? service : token}`,
    'Content-Type': 'application/json',
  };
  const response = await fetch(origin + where, {
    method,
    headers,
    ...(way === 'json' && { body: JSON.stringify({ token }) }),
  });
  if (!response.ok) throw new Error(`${where}: ${response.status} ${await response.text()}`);
  return response.text();
}

async function openPeer(opened: AsyncDisposableStack, database: BenchDatabase): Promise<Subject> {
  if (!existsSync(path.join(peers, 'node_modules'))) {
    console.log('installing better-auth beside us');
    execFileSync('npm', ['ci', '--ignore-scripts', '--legacy-peer-deps'], { cwd: peers, stdio: 'ignore' });
  }
  const { url } = await database.create('better_auth');
  const keys = path.join(database.folder, 'peer-keys');
  const server = opened.use(
    await startServer('bench/peers/better-auth.mjs', {
      DATABASE_URL: url,
      KEYS: String(peerKeys),
      KEYS_FILE: keys,
    }),
  );
  const load: Load = { origin: server.origin, method: 'GET', path: '/', tokens: keys, way: 'key' };
  return subjectOf('better-auth', 'verifyApiKey of better-auth 1.7', server, load);
}

/** A file that nginx serves by itself, and the same behind `auth_request` to us; nginx is on the cores of the load. */
async function openNginx(
  opened: AsyncDisposableStack,
  database: BenchDatabase,
  desk: Desk,
): Promise<Subject[]> {
  const folder = path.join(database.folder, 'nginx');
  await mkdir(folder);
  await chmod(database.folder, 0o711);
  await writeFile(path.join(folder, 'page'), 'hello\n');
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join(' ');
  const config = `
    pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1; events { worker_connections 1024; }
    http {
      access_log off; keepalive_requests 100000000; ${temporary}
      upstream keyward { server ${new URL(desk.server.origin).host}; keepalive 64; keepalive_requests 100000000; }
      server {
        listen 127.0.0.1:${port}; root ${folder};
        location = /ask { internal; proxy_pass http://keyward/api/v1/auth/forward; proxy_pass_request_body off;
          proxy_http_version 1.1; proxy_set_header Content-Length ""; proxy_set_header Connection ""; }
        location = /alone { alias ${folder}/page; }
        location = /asked { auth_request /ask; alias ${folder}/page; }
      }
    }`;
  await writeFile(path.join(folder, 'nginx.conf'), config);
  const [file = '', ...args] = onCore('load', [
    programOf('nginx'),
    '-c',
    `${folder}/nginx.conf`,
    '-p',
    folder,
    '-g',
    'daemon off;',
  ]);
  opened.use(await startProgram(file, args, { port }));
  const load = { ...meOf(desk), origin: `http://127.0.0.1:${port}` };
  return [
    { name: 'nginx alone', says: 'a file of six bytes', load: { ...load, path: '/alone' }, cpu: () => null },
    {
      name: 'nginx auth_request',
      says: 'the same file, each request asked about',
      load: { ...load, path: '/asked' },
      cpu: desk.server.cpuMicroseconds,
    },
  ];
}
