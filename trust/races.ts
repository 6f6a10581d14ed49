import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Answer } from '#server/testing/caller.ts';
import { callAt, placesFor, send, type TrialCall } from './calls.ts';
import { inTurns } from './in-turns.ts';
import type { Outcome } from './promise.ts';
import type { Stage } from './stage.ts';
import type { TrialTenant } from './trial.ts';

/** Rows that both calls have to wait for before they go on at the same moment; none: what they meet. */
export type Gate = 'none' | 'users' | 'credentials';

export interface Race {
  /** Two procedures, by their names. */
  pair: readonly [string, string];
  /** Raced once for each. */
  gates: readonly Gate[];
}

/** How long a call takes to come to the rows that are held. */
const arrivalMs = 25;
const atOnce = 6;
/** What a server logs when the database undid a transaction. */
const undone = /undone in favour of another/g;

/** What came of two calls, and what is there then. */
interface Ending {
  calls: readonly TrialCall[];
  answers: readonly Answer[];
  /** Whether each did what it is for. */
  did: string;
  state: string;
}

/**
 * Races pairs of calls on one person and one token, at two servers. What comes of it has to be what comes of them one after
 * the other, in one order or the other: then nothing that was answered is lost. No transaction may have been undone.
 */
export async function raceAll(stage: Stage, races: readonly Race[]): Promise<Outcome> {
  const before = countUndone(stage);
  const places = await placesFor(
    stage,
    races.reduce((sum, { gates }) => sum + gates.length + 2, 0),
  );
  const holders = new pg.Pool({ ...stage.address, max: atOnce });
  // A run that takes too long ends its database.
  holders.on('error', () => {});
  // While one is lent out, the pool does not hear for it.
  holders.on('connect', (client) => client.on('error', () => {}));
  const track = { stage, holders, next: () => places.pop() ?? missing('place') };
  const faults = (await inTurns(races, (one) => tryRace(track, one), atOnce)).flat();
  await holders.end();
  const undoneNow = countUndone(stage) - before;
  const named = faults.length > 0 ? `: ${[...new Set(faults)].slice(0, 5).join('; ')}` : '';
  const all = races.reduce((sum, { gates }) => sum + gates.length, 0);
  return {
    measured: `${faults.length} of ${all} races went wrong, ${undoneNow} deadlocks${named}`,
    holds: all > 0 && faults.length === 0 && undoneNow === 0,
  };
}

/** So many transactions the database has undone since the servers started. */
export function countUndone({ servers }: Stage): number {
  return servers.reduce((sum, server) => sum + [...server.printed().matchAll(undone)].length, 0);
}

interface Track {
  stage: Stage;
  holders: pg.Pool;
  next: () => TrialTenant;
}

async function tryRace(track: Track, { pair, gates }: Race): Promise<string[]> {
  const forward = await inOrder(track, pair, [0, 1]);
  let backward: Ending | undefined;
  const faults: string[] = [];
  for (const gate of gates) {
    const raced = await race(track, pair, gate);
    const broken = raced.answers.find(
      ({ status }, at) => status >= 500 && status !== raced.calls[at]?.status,
    );
    if (broken) faults.push(`${pair.join(' × ')} answered ${broken.status}`);
    if (broken || isAlike(raced, forward)) continue;
    backward ??= await inOrder(track, pair, [1, 0]);
    if (isAlike(raced, backward) || areBothTheSame(raced, forward, backward)) continue;
    const [ended, one, other] = [raced, forward, backward].map(({ did, state }) => `${did} ${state}`);
    faults.push(`${pair.join(' × ')} ended in ${ended}, not in ${one} or ${other}`);
  }
  return faults;
}

const isAlike = (one: Ending, other: Ending) => one.did === other.did && one.state === other.state;

/** Where each does what the other does, both may be told that it is done: in order the later one was not let in any more. */
const areBothTheSame = ({ state }: Ending, forward: Ending, backward: Ending) =>
  state === forward.state && state === backward.state;

async function inOrder(
  { stage, next }: Track,
  pair: Race['pair'],
  order: readonly [0 | 1, 0 | 1],
): Promise<Ending> {
  const calls = await makeReady(next(), pair);
  const answers: Answer[] = [];
  for (const at of order) answers[at] = await sendAt(stage, calls, at);
  return endingOf(stage, calls, answers);
}

async function race({ stage, holders, next }: Track, pair: Race['pair'], gate: Gate): Promise<Ending> {
  const place = next();
  const calls = await makeReady(place, pair);
  const letGo = gate === 'none' ? undefined : await holdRows(holders, gate, place);
  const first = sendAt(stage, calls, 0);
  if (letGo) await sleep(arrivalMs);
  const second = sendAt(stage, calls, 1);
  if (letGo) await sleep(arrivalMs);
  await letGo?.();
  return endingOf(stage, calls, await Promise.all([first, second]));
}

/** What these bring back has to be taken away to make them ready, and others need it: they come last, in this order. */
const lastReady = ['adminTokens.enable', 'users.activate'];

async function makeReady(place: TrialTenant, [one, other]: Race['pair']): Promise<[TrialCall, TrialCall]> {
  if (lastReady.indexOf(one) <= lastReady.indexOf(other))
    return [await callAt(place, one), await callAt(place, other)];
  const second = await callAt(place, other);
  return [await callAt(place, one), second];
}

const sendAt = ({ servers }: Stage, calls: readonly [TrialCall, TrialCall], at: 0 | 1) =>
  send(servers[at], calls[at]);

/** Holds the rows of a place, as another change would. Returns what lets go of them. */
async function holdRows(
  holders: pg.Pool,
  gate: 'users' | 'credentials',
  { admin }: TrialTenant,
): Promise<() => Promise<void>> {
  const client = await holders.connect();
  await client.query('begin');
  const text = `select from ${gate} where tenant_id = $1 order by id for no key update`;
  await client.query(text, [admin.tenantId]);
  return async () => {
    await client.query('rollback');
    client.release();
  };
}

async function endingOf(
  { sql }: Stage,
  calls: readonly [TrialCall, TrialCall],
  answers: Answer[],
): Promise<Ending> {
  const [row] = await sql<{ state: object }>(readState, [calls[0].place.admin.tenantId]);
  // That the log is being verified already is as good as verifying it.
  const did = answers.map(({ status, problem }) => status < 400 || problem?.code === 'verify_running');
  return { calls, answers, did: did.join(), state: JSON.stringify(row?.state) };
}

function missing(what: string): never {
  throw new Error(`there is no ${what}`);
}

/** What a place comes to, but for ids, secrets, times and what is written behind the answers; in an order of its own. */
const readState = `with
  people as (select json_build_object('role', role, 'off', deactivated_at is not null, 'gone', deleted_at is not null,
      'name', name, 'password', password_hash is not null, 'chosen', password_chosen_by_admin)::text as row
    from users where tenant_id = $1),
  tokens as (select json_build_object('name', name, 'enabled', enabled, 'held', held,
      'ended', revoked_at is not null or exists (select from users where id = owner_user_id and deleted_at is not null),
      'secrets', (select json_agg(state order by epoch) from secrets where credential_id = c.id))::text as row
    from credentials c where tenant_id = $1),
  codes as (select purpose as row from one_time_codes where tenant_id = $1 and consumed_at is null),
  setups as (select concat_ws(' ', redeemed_at is not null, healthy) as row from setup_codes where tenant_id = $1),
  devices as (select concat_ws(' ', approved, collected_at is not null) as row from device_requests where tenant_id = $1),
  told as (select concat_ws(' ', kind, dismissed_at is not null) as row from notices where tenant_id = $1),
  identities as (select unlinked_at is not null as row from user_identities where tenant_id = $1)
  select json_build_object(
    'sessions', (select count(*) from sessions where tenant_id = $1),
    'reuse', (select disable_on_reuse from tenants where id = $1),
    ${['people', 'tokens', 'codes', 'setups', 'devices', 'told', 'identities']
      .map((table) => `'${table}', (select json_agg(row order by row) from ${table})`)
      .join()}) as state`;
