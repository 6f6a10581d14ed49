import { globSync } from 'node:fs';
import path from 'node:path';
import { CspEvaluator } from 'csp_evaluator/dist/evaluator.js';
import { Severity } from 'csp_evaluator/dist/finding.js';
import { CspParser } from 'csp_evaluator/dist/parser.js';
import { root } from '#scripts/workplace.mjs';
import { cookieOf, createCaller, type CallOptions, type Caller } from '#server/testing/caller.ts';
import { freePort } from '#server/testing/program.ts';
import { doorPrefixes } from '#trust/every-call.ts';
import { inTurns } from '#trust/in-turns.ts';
import type { TrustPromise } from '#trust/promise.ts';
import { requestText, sendRaw } from '#trust/send-raw.ts';
import { wrongHeaders } from '#trust/sent-headers.ts';
import type { Stage } from '#trust/stage.ts';

const page = { Accept: 'text/html' };
const json = { 'Content-Type': 'application/json' };

interface Seen {
  what: string;
  status: number;
  headers: Headers;
}

/** Every page and file of the export, whole and as somebody has it already. */
async function askForFiles(caller: Caller, cookie: string): Promise<Seen[]> {
  const names = globSync('**/*.*', { cwd: path.join(root, 'out') }).filter(
    (name) => !/\.(br|gz)$/.test(name),
  );
  const seen = await inTurns(names, async (name) => {
    const what = `/${name.replace(/\.html$/, '')}`;
    const whole = await caller.send(`GET ${what}`, { cookie, headers: page });
    const headers = { ...page, 'If-None-Match': whole.headers.get('etag') ?? 'none' };
    const again = await caller.send(`HEAD ${what}`, { cookie, headers });
    return [whole, again].map((answer) => ({ ...answer, what }));
  });
  return seen.flat();
}

/** Every door by every method, and every kind of refusal that there is without breaking something. */
async function askAtDoors(caller: Caller, cookie: string): Promise<Seen[]> {
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
  const asked: [call: string, options: CallOptions][] = [
    ...doorPrefixes.flatMap((prefix) =>
      methods.map((method): [string, CallOptions] => [`${method} ${prefix}`, {}]),
    ),
    ['GET /api/v1/me', { cookie }],
    ['GET /api/v1/me', {}],
    ['GET /api/v1/me?token=kw_pat_x', { token: 'kw_pat_x' }],
    ['GET /trpc/sessions.me', { cookie }],
    ['GET /trpc/no.such', { cookie }],
    ['GET /dashboard', { headers: page }],
    ['GET /admin/nothing', { cookie, headers: page }],
    ['GET /nothing', { headers: page }],
    ['GET /nothing', {}],
    ['GET /.env', {}],
    ['GET /cli/install.sh', {}],
    ['GET /cli/keyward.mjs', {}],
    ['GET /npm/@keyward%2fcli', {}],
    ['GET /npm/other', {}],
    ['GET /api/v1/openapi.json', {}],
    ['GET /api/v1/audit/export?format=csv', { cookie }],
    ['GET /api/v1/auth/forward', { cookie }],
    ['POST /api/v1/tokens', { cookie, headers: { Origin: 'https://evil.example' } }],
    ['POST /api/v1/tokens', { cookie, text: '{', headers: json }],
    ['POST /api/v1/tokens', { cookie, text: 'x', headers: { 'Content-Type': 'text/plain' } }],
    ['POST /api/v1/tokens', { cookie, text: 'x'.repeat(1_100_000), headers: json }],
    [`GET /${'x'.repeat(8_200)}`, {}],
    [
      'POST /oauth/token',
      { text: 'grant_type=x', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
    ],
  ];
  return inTurns(asked, async ([call, options]) => ({
    ...(await caller.send(call, options)),
    what: call.slice(0, 60),
  }));
}

/** A stream, and what is answered before there is a request that a door could see. */
async function askOddly({ origin }: Caller, cookie: string): Promise<Seen[]> {
  const stream = await fetch(`${origin}/trpc/live.changes`, { headers: { Cookie: cookie } });
  await stream.body?.cancel();
  const odd: Record<string, string> = {
    'no HTTP': 'HELLO\r\n\r\n',
    'HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'two lengths': 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    'large headers': `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    'no host': requestText(['GET /healthz HTTP/1.1']),
    'an expectation': requestText(['POST /healthz HTTP/1.1', 'Host: x', 'Expect: the-unexpected']),
    'all of it': requestText(['OPTIONS * HTTP/1.1', 'Host: x']),
    'a trace': requestText(['TRACE / HTTP/1.1', 'Host: x']),
    'another server': requestText(['GET http://evil.example/ HTTP/1.1', 'Host: x']),
  };
  const raw = await inTurns(Object.entries(odd), async ([what, text]) => {
    const { status, headers } = await sendRaw(origin, text);
    return { what, status, headers: new Headers(headers) };
  });
  return [{ what: 'a stream', status: stream.status, headers: stream.headers }, ...raw];
}

/** A server that people reach over HTTPS, which something before it speaks. */
async function openSecure(stage: Stage) {
  const port = String(await freePort());
  const server = await stage.another({ PORT: port, KEYWARD_URL: `https://localhost:${port}` });
  const caller = createCaller(`http://127.0.0.1:${port}`);
  const { email, password } = stage.ada;
  const cookie = cookieOf(await caller.send('POST /api/v1/auth/login', { body: { email, password } }));
  return { caller, cookie, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/**
 * What csp_evaluator finds. It says of `'self'` that it can be a problem where somebody else's script, JSONP or AngularJS is
 * served from here, and cannot look; we can, and allow for it while every script is a file of the build.
 */
function findingsOf(policies: string[], seen: Seen[]): string[] {
  const strange = seen.filter(
    ({ what, headers }) =>
      /javascript/.test(headers.get('content-type') ?? '') && !what.startsWith('/_next/static/'),
  );
  const findings = policies
    .flatMap((policy) => new CspEvaluator(new CspParser(policy).csp).evaluate())
    .filter(({ severity, value }) => severity < Severity.MEDIUM_MAYBE || value !== "'self'");
  return [
    ...findings.map(({ directive, description }) => `${directive}: ${description}`),
    ...strange.map(({ what }) => `a script at ${what}`),
  ];
}

export const promise: TrustPromise = {
  id: 'S13',
  name: 'every answer has its security headers, and csp_evaluator finds nothing in a policy',
  threshold: '0 answers, 0 findings',
  isFast: true,
  needsBuild: true,
  async check(stage) {
    await using secure = await openSecure(stage);
    const { caller, cookie } = secure;
    const files = await askForFiles(caller, cookie);
    const seen = [...files, ...(await askAtDoors(caller, cookie)), ...(await askOddly(caller, cookie))];
    const wrong = seen.filter(({ headers }) => wrongHeaders(headers, true).length > 0);
    const policies = [...new Set(seen.map(({ headers }) => headers.get('content-security-policy') ?? ''))];
    const findings = new Set(findingsOf(policies, seen));
    const statuses = new Set(seen.map(({ status }) => status)).size;
    const first = wrong[0] && ` (${wrong[0].what}: ${wrongHeaders(wrong[0].headers, true).join(', ')})`;
    return {
      measured: `${wrong.length} of ${seen.length} answers of ${statuses} statuses${first ?? ''}, ${[...findings].join('; ') || 0} found in ${policies.length} policies`,
      holds: wrong.length === 0 && findings.size === 0,
    };
  },
  control: [
    {
      without: 'headers that are set before a door is asked',
      replaced: ['no-headers-preset'],
    },
    {
      without: 'headers on what the parser refuses',
      replaced: ['bare-answers-have-no-headers'],
    },
    {
      without: 'hashes of the scripts that stand in a page',
      replaced: ['any-script-in-a-page'],
    },
  ],
};
