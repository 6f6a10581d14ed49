import { freePort } from '#server/testing/program.ts';
import { inTurns } from '#trust/in-turns.ts';
import type { TrustPromise } from '#trust/promise.ts';
import { requestText, sendRaw, type RawAnswer } from '#trust/send-raw.ts';
import type { Stage } from '#trust/stage.ts';

/** Other sites, a neighbour, and what would break out of a shell, a header or a document. */
const hostile = [
  'evil.example',
  'localhost.evil.example',
  'evil.example:80@localhost',
  'localhost, evil.example',
  'localhost evil.example',
  "evil.example';id;'",
  'evil.example"$(id)',
  'evil.example`id`',
  'evil.example/../x?y#z',
  'evil.example<script>',
  'evil.example\\id',
  '[::1',
];
/** Where a request may say whom it was meant for. */
const places: ((host: string) => string)[] = [
  (host) => `Host: ${host}`,
  (host) => `X-Forwarded-Host: ${host}`,
  (host) => `Forwarded: host="${host}";proto=https`,
  (host) => `X-Original-Host: ${host}`,
];
const hosts = hostile.flatMap((host) => places.map((place) => place(host)));
/** A server that was not told its address is wherever it is found: of these two it makes what was asked of it. */
const isPlainHost = (header: string) => /^Host: [a-z.]+$/.test(header);

interface Question {
  line: string;
  headers?: string[];
  body?: () => string;
}

/** Everything that is answered with an address of ours in it. */
function questionsOf({ ada }: Stage): Question[] {
  const form = 'Content-Type: application/x-www-form-urlencoded';
  const page = 'Accept: text/html';
  const person = () =>
    JSON.stringify({ name: 'Eve', email: `${crypto.randomUUID()}@example.com`, role: 'viewer' });
  return [
    { line: 'GET /cli/install.sh' },
    { line: 'GET /cli/install.ps1' },
    { line: 'GET /npm/@keyward%2fcli' },
    { line: 'GET /api/v1/openapi.json' },
    { line: 'GET /dashboard', headers: [page] },
    { line: 'GET /api/v1/auth/forward?redirect=1', headers: [page] },
    { line: 'POST /oauth/device_authorization', headers: [form], body: () => 'client_id=keyward-cli' },
    {
      line: 'POST /api/v1/users',
      headers: ['Content-Type: application/json', `Cookie: ${ada.cookie}`],
      body: person,
    },
  ];
}

let callers = 0;

/** From an address that nobody else calls from, so that nothing is refused for being asked often. */
function ask(origin: string, { line, headers = [], body }: Question, host: string): Promise<RawAnswer> {
  const own = host.startsWith('Host:') ? [] : [`Host: ${new URL(origin).host}`];
  const more = ['X-Forwarded-Proto: https', 'X-Forwarded-Prefix: /evil'];
  const from = `127.9.${Math.floor(callers / 250)}.${1 + (callers++ % 250)}`;
  return sendRaw(origin, requestText([`${line} HTTP/1.1`, ...own, host, ...more, ...headers], body?.()), {
    from,
  });
}

/** Every address that an answer names, wherever it does. */
function namedIn({ headers, body }: RawAnswer): string {
  const found = `${headers['location'] ?? ''} ${body}`.match(/(?:https?:\/\/|\/login)[^\s"'\\<>#]*/g) ?? [];
  return [...new Set(found)].toSorted().join(' ');
}

async function countTaken(origin: string, questions: Question[], headers: string[]): Promise<number> {
  const plain = await inTurns(questions, async (question) =>
    namedIn(await ask(origin, question, 'X-None: 1')),
  );
  const tries = headers.flatMap((host) => questions.map((question, at) => ({ host, question, at })));
  const taken = await inTurns(tries, async ({ host, question, at }) => {
    const answer = await ask(origin, question, host);
    const isRefused = answer.status === 400 || answer.status === 421;
    return (isRefused ? /evil/.test(answer.body) : namedIn(answer) !== plain[at]) ? host : undefined;
  });
  return new Set(taken.filter((host) => host !== undefined)).size;
}

export const promise: TrustPromise = {
  id: 'S9',
  name: 'no host that a request claims gets into a script, a link or a document',
  threshold: `0 of ${hosts.length * 2 - 2}`,
  isFast: true,
  needsBuild: true,
  async check(stage) {
    const port = String(await freePort());
    const untrusting = { KEYWARD_TRUSTED_PROXIES: '0' };
    await using told = await stage.another({
      ...untrusting,
      PORT: port,
      KEYWARD_URL: `http://127.0.0.1:${port}`,
    });
    await using untold = await stage.another(untrusting);
    const questions = questionsOf(stage);
    const unplain = hosts.filter((header) => !isPlainHost(header));
    const taken =
      (await countTaken(told.origin, questions, hosts)) +
      (await countTaken(untold.origin, questions, unplain));
    return { measured: `${taken} of ${hosts.length + unplain.length}`, holds: taken === 0 };
  },
  control: [
    {
      without: 'an address of its own',
      replaced: ['no-given-address'],
    },
    {
      without: 'a look at who wrote forwarded headers',
      replaced: ['every-peer-forwards'],
    },
    {
      without: 'a look at what an address is',
      replaced: ['any-address-is-ours'],
    },
  ],
};
