import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { openFaultProxy } from '#server/testing/fault-proxy.ts';
import { openStream } from '#server/testing/stream.ts';
import { startDatabase, startServer } from './desk.ts';
import { fillOwn, type Made } from './fill.ts';

/**
 * Whether anything that was taken back is ever taken for good again: over two servers on one database, a token is revoked
 * through one and used at once on both. `node bench/stale-accepts.ts --pairs=100000`
 */
const { values } = parseArgs({ options: { pairs: { type: 'string', default: '100000' } } });
const pairs = Number(values.pairs);
const atOnce = 16;
const streamTries = 20;
const typed = 'update credentials set revoked_at = now() where id = $1';

await using database = await startDatabase();
const { address, url } = await database.create('stale');
await using proxy = await openFaultProxy(`${address.host}/.s.PGSQL.${address.port}`);
const wired = url.replace(/host=[^&]*/, 'host=127.0.0.1').replace(/port=\d+/, `port=${proxy.port}`);
const settings = {
  KEYWARD_DATA: database.folder,
  KEYWARD_LOG_LEVEL: 'error',
  KEYWARD_RATE_LIMIT: 'off',
  KEYWARD_ADDRESS_RATE_LIMIT: 'off',
};
await using first = await startServer('server/main.ts', { ...settings, DATABASE_URL: url });
await using second = await startServer('server/main.ts', { ...settings, DATABASE_URL: wired });
const servers = [first.origin, second.origin];
const { made, admin } = await fillOwn(address, pairs + 4 * streamTries + 2);
const client = new pg.Client(address);
// Whatever went wrong before is what has to be told, not that the database has gone.
client.on('error', () => {});
await client.connect();

let failed = 0;
let askedAgain = 0;
await measurePairs();
await measureStreams();
await measureBlackhole();
await client.end();
process.exitCode = failed === 0 ? 0 : 1;

function say(name: string, isMet: boolean, text: string): void {
  if (!isMet) failed++;
  console.log(`${isMet ? 'PASS' : 'FAIL'} ${name}: ${text}`);
}

function next(): Made {
  const token = made.pop();
  if (!token) throw new Error('There are no tokens left');
  return token;
}

/** The status of an answer. A machine that is busy with much else says 503 now and then, which is none: asked again, and told. */
async function ask(url: string, token: string, method = 'GET'): Promise<number> {
  for (;;) {
    const response = await fetch(url, { method, headers: { Authorization: `Bearer ${token}` } });
    await response.arrayBuffer();
    if (response.status !== 503) return response.status;
    askedAgain++;
  }
}

function statusOf(origin: string, token: string): Promise<number> {
  return ask(`${origin}/api/v1/me`, token);
}

async function revoke(origin: string, id: string): Promise<void> {
  const status = await ask(`${origin}/api/v1/tokens/${id}`, admin, 'DELETE');
  if (status !== 204) throw new Error(`Revoking was answered with ${status}`);
}

/** Each used before (it has to work), revoked through one of them, and used on both at once. */
async function measurePairs(): Promise<void> {
  const counts = { tried: 0, accepted: 0, workedBefore: 0 };
  const started = performance.now();
  async function work(): Promise<void> {
    while (counts.tried < pairs) {
      const at = counts.tried++;
      const { id, token } = next();
      const [through = '', other = ''] = at % 2 ? servers : servers.toReversed();
      if (at % 100 === 0 && (await statusOf(other, token)) === 200) counts.workedBefore++;
      await revoke(through, id);
      const statuses = await Promise.all([statusOf(other, token), statusOf(through, token)]);
      counts.accepted += statuses.filter((status) => status !== 401).length;
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  const seconds = ((performance.now() - started) / 1_000).toFixed(0);
  say(
    'revoked, then used on both servers',
    counts.accepted === 0,
    `${counts.accepted} stale accepts of ${pairs} pairs (${2 * pairs} uses) in ${seconds} s, ${askedAgain} asked again after a 503`,
  );
  const sampled = Math.ceil(pairs / 100);
  say(
    'and each of a sample worked before',
    counts.workedBefore === sampled,
    `${counts.workedBefore} of ${sampled}`,
  );
}

/** As if typed into psql: no server knows of it but through the database. */
async function measureStreams(): Promise<void> {
  const times: number[] = [];
  let accepted = 0;
  for (let tried = 0; tried < streamTries; tried++) {
    const { id, token } = next();
    await using stream = await openStream(servers[tried % 2] ?? '', { token });
    await stream.next();
    const at = performance.now();
    await client.query(typed, [id]);
    const ended = stream.ended().then(() => performance.now() - at);
    const statuses = await Promise.all(servers.map((origin) => statusOf(origin, token)));
    accepted += statuses.filter((status) => status !== 401).length;
    times.push(await ended);
  }
  const ordered = times.toSorted((a, b) => a - b);
  const [median = 0, most = 0] = [ordered[Math.floor(ordered.length / 2)], ordered.at(-1)];
  say(
    'an UPDATE typed into psql, seen by the next request of both',
    accepted === 0,
    `${accepted} of ${2 * streamTries} accepted`,
  );
  say(
    'and an open stream ended',
    most <= 100,
    `median ${median.toFixed(0)} ms, most ${most.toFixed(0)} ms of ${streamTries}`,
  );
}

/** The connection that listens dies without a word: nothing more comes, and nobody closes it. */
async function measureBlackhole(): Promise<void> {
  const times: number[] = [];
  for (let tried = 0; tried < 3; tried++) {
    const { id, token } = next();
    await using stream = await openStream(second.origin, { token });
    await stream.next();
    proxy.swallow('listen keyward_access');
    const at = performance.now();
    await client.query(typed, [id]);
    const status = await statusOf(second.origin, token);
    say('LISTEN blackholed: the next request', status === 401, `${status}`);
    const hasEnded = await stream.ended();
    times.push(hasEnded ? performance.now() - at : Infinity);
    await proxy.mend();
    await sleep(2_000);
  }
  say(
    'LISTEN blackholed: an open stream ended',
    Math.max(...times) <= 5_500,
    `after ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`,
  );
}
