import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Person } from '#server/testing/person.ts';
import { everyRead } from '#trust/every-call.ts';
import type { Sabotage, TrustPromise } from '#trust/promise.ts';
import { runScanner } from '#trust/run-scanner.ts';
import type { Stage } from '#trust/stage.ts';

/** What sqlmap puts its statements into: texts, ids, orders and numbers, in addresses and in bodies. */
const targets = [
  { path: '/api/v1/users?search=ada&role=admin&sort=name&order=asc&limit=5' },
  { path: '/api/v1/admin/tokens?search=laptop&user=ada%40example.com&sort=name' },
  { path: '/api/v1/tokens?search=laptop&status=active&sort=createdAt' },
  { path: '/api/v1/audit?search=token&action=token.%2A&limit=5' },
  { path: '/api/v1/auth/login', data: '{"email":"ada@example.com","password":"wrong"}' },
];

async function runSqlmap({ servers: [{ origin }] }: Stage, token: string, home: string): Promise<string[]> {
  const found: string[] = [];
  for (const { path: asked, data } of targets) {
    const json = data === undefined ? [] : ['Content-Type: application/json'];
    const options = {
      '-u': origin + asked,
      '-H': [`Authorization: Bearer ${token}`, ...json],
      ...(data !== undefined && { '--data': data }),
      '--batch': true,
      '--flush-session': true,
      '--disable-coloring': true,
      '--output-dir': home,
      '--dbms': 'postgresql',
      // By what is answered, by errors, and by unions: the others wait.
      '--technique': 'BEU',
      '--level': '2',
      '--threads': '4',
      '--timeout': '5',
      '--ignore-code': '401',
      '--skip': 'Referer,User-Agent,Host',
    } as const;
    const printed = await runScanner('sqlmap', options, { home, seconds: 60 });
    if (/is vulnerable|injection point\(s\)/.test(printed)) found.push(`SQL injection at ${asked}`);
    // One that could not do its work has shown nothing.
    else if (!/do not appear to be injectable/.test(printed))
      found.push(`sqlmap at ${asked}: ${printed.slice(-300)}`);
  }
  return found;
}

/** What of wapiti stays on this machine: it has others that call a server of its makers. */
const modules = 'sql,xss,permanentxss,exec,file,redirect,crlf,csp,htaccess,shellshock';
const pages = ['/login?next=/tokens', '/tokens?search=a&status=active', '/admin/users?search=a', '/install'];

async function runWapiti(
  { servers: [{ origin }] }: Stage,
  { cookie }: Person,
  home: string,
): Promise<string[]> {
  const report = path.join(home, 'report.json');
  const options = {
    '-u': `${origin}/`,
    '-s': [...pages, ...everyRead({}).map(({ path: asked }) => asked)].map((asked) => origin + asked),
    '-H': `Cookie: ${cookie}`,
    '-m': modules,
    '-d': '1',
    '-t': '3',
    '--scope': 'domain',
    '--flush-session': true,
    '--no-bugreport': true,
    '--store-session': home,
    '--store-config': home,
    '--max-scan-time': '20',
    '--max-attack-time': '8',
    '-f': 'json',
    '-o': report,
  } as const;
  const printed = await runScanner('wapiti', options, { home, seconds: 150 });
  const told = await readFile(report, 'utf8').catch(() => undefined);
  if (told === undefined) return [`wapiti: ${printed.slice(-300)}`];
  const { vulnerabilities, anomalies } = JSON.parse(told) as Record<
    string,
    Record<string, { path: string }[]>
  >;
  return Object.entries({ ...vulnerabilities, ...anomalies })
    .filter(([, all]) => all.length > 0)
    .map(([kind, [first]]) => `${kind} at ${first?.path}`);
}

async function scan(stage: Stage): Promise<string[]> {
  const home = await mkdtemp(path.join(tmpdir(), 'keyward-scan-'));
  try {
    const admin = await stage.join('admin');
    const { token } = await admin.createToken({ name: 'laptop' });
    const found = await Promise.all([runSqlmap(stage, token, home), runWapiti(stage, admin, home)]);
    return found.flat();
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

const control: Sabotage = {
  without: 'parameters in a search, and a look at where `next` leads',
  replaced: ['searches-are-statements', 'next-leads-anywhere'],
};

export const promise: TrustPromise = {
  id: 'S15-scanners',
  name: 'sqlmap and wapiti find nothing',
  threshold: '0 findings',
  isFast: false,
  needsBuild: true,
  tools: ['sqlmap', 'wapiti'],
  async check(stage) {
    const found = await scan(stage);
    return {
      measured: `${found.length} found${found.length > 0 ? ` (${found.join('; ')})` : ''}`,
      holds: found.length === 0,
    };
  },
  control,
};
