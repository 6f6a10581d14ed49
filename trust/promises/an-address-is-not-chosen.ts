import { randomInt } from 'node:crypto';
import { limits, type Limit } from '#server/core/lockout/rules.ts';
import type { Answer, Caller } from '#server/testing/caller.ts';
import { inTurns } from '#trust/in-turns.ts';
import type { TrustPromise } from '#trust/promise.ts';
import { requestText, sendRaw } from '#trust/send-raw.ts';
import type { Stage } from '#trust/stage.ts';

const atOnce = 10;
const calls = 3 * atOnce;
/** So many more than are allowed. */
const spareTries = 20;
/** Where somebody may say that a request comes from; none of these headers is read but the first. */
const claims = ['X-Forwarded-For', 'X-Real-IP', 'True-Client-IP', 'CF-Connecting-IP', 'Client-IP'];
/** Of a network that no caller of this check is in. */
const invented = (n: number) => `203.0.113.${1 + (n % 250)}`;
const inventions = ['203.0.113.0/24', '2001:db8:bad::/48'];

/** Headers that claim another address with each call; `by`: how it stands in the one header that proxies write. */
function claim(n: number, by = invented(n)): Record<string, string> {
  const all = Object.fromEntries(claims.map((name) => [name, invented(n)]));
  return { ...all, Forwarded: `for=${invented(n)};by=127.0.0.1`, 'X-Forwarded-For': by };
}

/** How many of many calls, each with a claim of its own, were let in. */
async function countLetIn(caller: Caller, headersOf: (n: number) => Record<string, string>): Promise<number> {
  const answers = await inTurns([...Array(calls).keys()], (n) =>
    caller.send('GET /api/v1/me', { headers: headersOf(n) }),
  );
  return answers.filter(({ problem }) => problem?.code !== 'rate_limited').length;
}

/** Who comes through a proxy that is trusted: what they made up stands left of what it wrote. */
const ways: [who: string, header: (n: number) => string][] = [
  ['one address', (n) => `${invented(n)}, 198.51.100.7`],
  ['one /64', (n) => `${invented(n)}, 2001:db8:5:6:${n}::${n}`],
  ['one address as IPv4 and inside IPv6', (n) => (n % 2 ? '198.51.100.9' : '::ffff:198.51.100.9')],
  ['one address that IPv6 spells in two ways', (n) => (n % 2 ? '::ffff:c633:640b' : '198.51.100.11')],
];

/** By how many calls each of them got past its limit. A second of the check gives one more call. */
async function countPast(untrusting: Caller, trusting: Caller): Promise<number> {
  const limit = () => atOnce + 1 + Math.ceil((performance.now() - started) / 1_000);
  let started = performance.now();
  let past = Math.max(0, (await countLetIn(untrusting, (n) => claim(n))) - limit());
  for (const [, header] of ways) {
    started = performance.now();
    past += Math.max(0, (await countLetIn(trusting, (n) => claim(n, header(n)))) - limit());
  }
  return past;
}

/** How many tries beyond what one place gets were looked at, of somebody who has a /64 and uses each address of it once. */
async function countTriesPast(
  { tries }: Limit,
  send: (n: number, headers: Record<string, string>) => Promise<Answer>,
): Promise<number> {
  const started = performance.now();
  const network = `2001:db8:${randomInt(0x1_00_00).toString(16)}:8`;
  const answers = await inTurns([...Array(tries + spareTries).keys()], (n) =>
    send(n, { 'X-Forwarded-For': `${network}:${n + 1}::1` }),
  );
  const lookedAt = answers.filter(({ problem }) => problem?.code !== 'rate_limited').length;
  // One more after each pause; the pauses double.
  const later = Math.ceil(Math.log2(1 + (performance.now() - started) / 1_000));
  return Math.max(0, lookedAt - tries - later);
}

/** The tries at codes and passwords, which count together, and at being let in as a machine. */
async function countGuessesPast(caller: Caller): Promise<number> {
  const guess = (n: number, headers: Record<string, string>) =>
    n % 5
      ? caller.send('POST /api/v1/auth/magic/redeem', { headers, body: { code: 'made-up' } })
      : caller.send('POST /api/v1/auth/login', {
          headers,
          body: { email: `nobody-${n}@example.com`, password: 'a wrong one' },
        });
  const ask = (_: number, headers: Record<string, string>) =>
    caller.send('POST /oauth/device_authorization', {
      headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' },
      text: 'client_id=keyward-cli',
    });
  return (await countTriesPast(limits.address, guess)) + (await countTriesPast(limits.asks, ask));
}

/** Everything that writes down where somebody was, done with a claim to be elsewhere. */
async function leaveTraces(stage: Stage, caller: Caller, headers: Record<string, string>): Promise<void> {
  const { ada } = stage;
  const { email, password } = ada;
  const member = await stage.join('member');
  const { token } = await member.createToken({ name: 'ci' });
  await caller.send('POST /api/v1/auth/login', { headers, body: { email, password } });
  await caller.send('POST /api/v1/auth/login', { headers, body: { email, password: 'a wrong one' } });
  await caller.send('GET /api/v1/me', { headers, token });
  await caller.send('GET /api/v1/users', { headers, token });
  await caller.send('POST /api/v1/tokens', { headers, cookie: member.cookie, body: { name: 'laptop' } });
  await caller.send('POST /api/v1/revoke', { headers, body: { tokens: [token] } });
  await sendRaw(
    caller.origin,
    requestText(
      [
        'POST /oauth/device_authorization HTTP/1.1',
        'Host: localhost',
        'Content-Type: application/x-www-form-urlencoded',
        ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      ],
      'client_id=keyward-cli',
    ),
  );
}

/** Addresses that somebody only claimed to have, in any column of any table that holds addresses. */
async function countRecorded({ sql }: Stage): Promise<[claimed: number, all: number]> {
  const columns = await sql<{ table: string; name: string }>(
    `select table_name as table, column_name as name from information_schema.columns
     where table_schema = 'public' and udt_name = 'inet'`,
  );
  const selects = columns.map(
    ({ table, name }) => `select ${name} as address from ${table} where ${name} is not null`,
  );
  const [found] = await sql<{ claimed: number; all: number }>(
    `select count(*)::int as all, count(*) filter (where address <<= any ($1::inet[]))::int as claimed
     from (${selects.join(' union all ')}) found`,
    [inventions],
  );
  return [found?.claimed ?? Number.NaN, found?.all ?? 0];
}

/** Whether a token that is bound to a network works for whoever claims to be in it. */
async function worksElsewhere({ ada }: Stage, caller: Caller): Promise<boolean> {
  const { token } = await ada.createToken({ name: 'bound', ipAllowlist: ['203.0.113.0/24'] });
  return (await caller.send('GET /api/v1/me', { headers: claim(7), token })).status === 200;
}

/** What a proxy may say in place of an address, and what is none. */
const unreadable = ['unknown', '_hidden', '', ', ,', '203.0.113.7:x', '203.0.113.7, [127.0.0.1'];

/** How many of them are taken for the proxy's own address, which a token is bound to. */
async function countTakenForProxy({ ada }: Stage, caller: Caller): Promise<number> {
  const { token } = await ada.createToken({ name: 'beside the proxy', ipAllowlist: ['127.0.0.0/8'] });
  const answers = await inTurns(unreadable, (by) =>
    caller.send('GET /api/v1/me', { headers: { 'X-Forwarded-For': by }, token }),
  );
  return answers.filter(({ status }) => status === 200).length;
}

export const promise: TrustPromise = {
  id: 'S10',
  name: 'no caller chooses the address that they are counted by, recorded with and let in from',
  threshold: '0 past the limit, 0 recorded',
  isFast: true,
  async check(stage) {
    const limited = { KEYWARD_ADDRESS_RATE_LIMIT: `1/${atOnce}` };
    let past: number;
    let letIn: boolean;
    let asProxy: number;
    const guesses = await countGuessesPast(stage.servers[0]);
    {
      await using untrusting = await stage.another({ ...limited, KEYWARD_TRUSTED_PROXIES: '0' });
      await using trusting = await stage.another({ ...limited, KEYWARD_TRUSTED_PROXIES: '127.0.0.0/8' });
      letIn = await worksElsewhere(stage, untrusting);
      asProxy = await countTakenForProxy(stage, trusting);
      await leaveTraces(stage, untrusting, claim(1));
      await leaveTraces(stage, trusting, claim(2, `${invented(2)}, 2001:db8:bad::1, 198.51.100.200`));
      past = await countPast(untrusting, trusting);
      // What is written behind is written when they have stopped.
    }
    const [claimed, all] = await countRecorded(stage);
    const note = `${letIn ? ', let in by one' : ''}${asProxy > 0 ? `, ${asProxy} taken for the proxy` : ''}`;
    return {
      measured: `${past} of ${calls * (ways.length + 1)} calls and ${guesses} tries past the limit, ${claimed} of ${all} recorded${note}`,
      holds: past + guesses === 0 && claimed === 0 && all > 10 && !letIn && asProxy === 0,
    };
  },
  control: [
    {
      without: 'an end of trust where the last trusted proxy was reached',
      replaced: ['every-hop-is-trusted'],
    },
    {
      without: 'calling unknown what cannot be read',
      replaced: ['unreadable-is-local'],
    },
    {
      without: 'counting a /64 as one',
      replaced: ['blocks-are-addresses'],
    },
    {
      without: 'counting tries of a /64 together',
      replaced: ['addresses-are-counted-singly'],
    },
    {
      without: 'taking what is IPv4 inside IPv6 as IPv4',
      replaced: ['mapped-addresses-stay-ipv6'],
    },
  ],
};
