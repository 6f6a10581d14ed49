import { upgrade } from '#server/testing/backend.ts';
import type { Answer } from '#server/testing/caller.ts';
import type { Person } from '#server/testing/person.ts';
import { asRead, doorPrefixes, everyChange, everyRead, type KnownCall } from '#trust/every-call.ts';
import { inTurns } from '#trust/in-turns.ts';
import type { TrustPromise } from '#trust/promise.ts';
import { changedTables, takeSettledSnapshot } from '#trust/snapshot.ts';
import type { Stage } from '#trust/stage.ts';

type Headers = Record<string, string>;

/** Where our own pages are. */
const ownOrigin = ({ servers: [{ origin }] }: Stage) => origin.replace('127.0.0.1', 'localhost');

/** How a browser marks what a page that is not ours made it send. */
const foreignTo = (own: string): Headers[] => [
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-site' },
  { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' },
  { Origin: `${own}.evil.example` },
  { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' },
  { Origin: 'https://evil.example' },
  { Origin: 'http://evil.localhost', 'Sec-Fetch-Site': 'same-site' },
  { Origin: 'http://localhost:1', 'Sec-Fetch-Site': 'same-site' },
];
const form = 'application/x-www-form-urlencoded';
const types = ['application/json', 'text/plain', 'multipart/form-data; boundary=x', form];

/** Somebody with rights to everything, and somebody else and a token for the calls to be about. */
async function arrange(stage: Stage): Promise<{ admin: Person; changes: KnownCall[]; reads: KnownCall[] }> {
  const admin = await stage.join('admin');
  const { id: user } = await stage.join('member');
  const { credential } = await admin.createToken({ name: 'laptop' });
  const ids = { tokens: credential.id, adminTokens: credential.id, users: user };
  return { admin, changes: [...everyChange(ids), ...everyDoor], reads: everyRead(ids) };
}

/**
 * Tried at every door: also those that have no procedures behind them, and those to come. Our own page is no page of
 * a site behind a proxy: for those there is S34.
 */
const everyDoor: KnownCall[] = doorPrefixes
  .filter((prefix) => !prefix.startsWith('/api/v1/auth/forward'))
  .flatMap((path) =>
    ['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => ({ name: path, method, path, fields: {} })),
  );

function ask(
  admin: Person,
  { method, path, fields, isForm }: KnownCall,
  { headers, type }: { headers: Headers; type: string },
) {
  const isEncoded = isForm || type === form;
  const text = isEncoded
    ? new URLSearchParams(fields as Record<string, string>).toString()
    : JSON.stringify(fields);
  return admin.send(`${method} ${path}`, { text, headers: { ...headers, 'Content-Type': type } });
}

const isRefused = ({ problem }: Answer) => problem?.code === 'origin_not_allowed';

/** How many of all changes, sent by every foreign page as every type of body, were not refused. */
async function countAccepted(
  admin: Person,
  stage: Stage,
  changes: KnownCall[],
): Promise<[wrong: number, tried: number]> {
  const foreign = foreignTo(ownOrigin(stage));
  const tries = changes.flatMap((call) =>
    foreign.flatMap((headers) => types.map((type) => ({ call, headers, type }))),
  );
  const refused = await inTurns(tries, async ({ call, ...how }) => isRefused(await ask(admin, call, how)));
  return [refused.filter((was) => !was).length, tries.length];
}

/** How many reads with which a foreign page would keep us busy were let in: streams and sockets among them. */
async function countForeignReads({ cookie }: Person, stage: Stage, reads: KnownCall[]): Promise<number> {
  const [{ origin }] = stage.servers;
  const foreign = foreignTo(ownOrigin(stage));
  const paths = [...reads.map(({ path }) => path), '/trpc/live.changes'];
  const tries = paths.flatMap((path) => foreign.map((headers) => ({ path, headers })));
  const statuses = await inTurns(tries, async ({ path, headers }) => {
    const { status, body } = await fetch(origin + path, { headers: { ...headers, Cookie: cookie } });
    // A stream has no end to be waited for.
    await body?.cancel();
    return status;
  });
  const headers = { Origin: 'https://evil.example', Cookie: cookie };
  const opened = await Promise.all(
    doorPrefixes.map((prefix) => upgrade(origin + prefix.replace(/\/$/, ''), headers)),
  );
  const sockets = opened.filter((answer) => typeof answer === 'string');
  return statuses.filter((status) => status !== 403).length + sockets.length;
}

/** How many changes our own page could not make either: then their refusal would show nothing. */
async function countUnable(admin: Person, stage: Stage, changes: KnownCall[]): Promise<number> {
  const headers = { Origin: ownOrigin(stage), 'Sec-Fetch-Site': 'same-origin' };
  const own = await inTurns(changes, (call) =>
    ask(
      admin,
      { ...call, fields: { neverAField: true } },
      { headers, type: call.isForm ? form : 'application/json' },
    ),
  );
  return own.filter((answer) => isRefused(answer)).length;
}

/** Tables in which a row changed while everything was read that can be, and all changes were asked for by GET. */
async function changedByReads(
  stage: Stage,
  admin: Person,
  calls: { changes: KnownCall[]; reads: KnownCall[] },
) {
  const before = await takeSettledSnapshot(stage);
  const reads = [
    ...calls.reads.map(({ path }) => `GET ${path}`),
    ...calls.changes.filter(({ path }) => path.startsWith('/trpc/')).map(asRead),
    ...calls.changes.flatMap(({ path }) => [`GET ${path}`, `HEAD ${path}`]),
    ...calls.changes.map(({ method, path }) => `GET ${path}?_method=${method}`),
  ];
  // One might be the end of the session that all others are asked with.
  await inTurns(reads, (call) => admin.send(call, { headers: { 'X-HTTP-Method-Override': 'DELETE' } }));
  // That somebody took the log out, or looked for what is not theirs, is written down as it must be.
  return changedTables(before, await takeSettledSnapshot(stage)).filter((table) => table !== 'audit_events');
}

export const promise: TrustPromise = {
  id: 'S7',
  name: 'no foreign page changes, reads or holds open anything with a good cookie, and no GET changes a row',
  threshold: '0 let in, 0 tables changed',
  isFast: true,
  // What was refused for another promise is written down a minute later.
  ownStage: true,
  async check(stage) {
    const { admin, changes, reads } = await arrange(stage);
    const before = await takeSettledSnapshot(stage);
    const [accepted, tried] = await countAccepted(admin, stage, changes);
    const changed = changedTables(before, await takeSettledSnapshot(stage));
    const read = await countForeignReads(admin, stage, reads);
    const unable = await countUnable(admin, stage, changes);
    const byReads = await changedByReads(stage, admin, { changes, reads });
    const tables = [...new Set([...changed, ...byReads])];
    const note = unable > 0 ? `, ${unable} not by our own page either` : '';
    return {
      measured: `${accepted} of ${tried} changes and ${read} reads let in, ${tables.length} tables changed${tables.length > 0 ? ` (${tables.join(', ')})` : ''}${note}`,
      holds: accepted + read + tables.length + unable === 0,
    };
  },
  control: [
    { without: 'the look at where a request comes from', replaced: ['any-origin-is-ours'] },
    { without: 'the look at where a read comes from', replaced: ['reads-from-anywhere'] },
    { without: 'comparing the whole of an origin', replaced: ['origins-are-beginnings'] },
    { without: 'taking a neighbour of our site as foreign', replaced: ['neighbours-are-ours'] },
    { without: 'refusing to be opened as a page', replaced: ['every-route-is-linked'] },
  ],
};
