import { randomUUIDv7 } from 'node:crypto';
import { newSecret } from '#server/core/secrets/format.ts';
import { secretForm } from '#server/core/secrets/schema.ts';
import { textOf, type Answer } from '#server/testing/caller.ts';
import { createAgent } from '#server/testing/enrollment.ts';
import type { Person } from '#server/testing/person.ts';
import type { ServerProcess } from '#server/testing/process.ts';
import { openStream } from '#server/testing/stream.ts';
import { everyCall, send, type TrialCall } from '#trust/calls.ts';
import { enter, openDoors, type Door } from '#trust/doors.ts';
import { inTurns } from '#trust/in-turns.ts';
import type { TrustPromise } from '#trust/promise.ts';
import { changesBetween, refusals, takeSettledSnapshot, takeSnapshot } from '#trust/snapshot.ts';
import type { Stage } from '#trust/stage.ts';
import { addTenants } from '#trust/tenants.ts';

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

const cursor = /("cursor":")([\w-]+)/;
const unknownCursor = (held: string) =>
  Buffer.from(
    Buffer.from(held, 'base64url')
      .toString()
      .replace(uuid, () => randomUUIDv7()),
  ).toString('base64url');

/** The same input, with nothing in it that there is. */
function unknownTwin(text: string): string {
  return text
    .replace(uuid, () => randomUUIDv7())
    .replace(cursor, (_, start: string, held: string) => start + unknownCursor(held))
    .replace(secretForm, () => newSecret('pat').reveal())
    .replace(/"sequence":\d+/, '"sequence":9007199254740991');
}

/** An answer but for what differs each time, and for what was asked. */
const likeness = ({ status, text }: Answer) => `${status} ${text.replace(uuid, '').replace(/kw_\w+/g, '')}`;

/** The same call by somebody of another tenant, of the same role. */
async function asStranger(call: TrialCall, [admin, member]: Person[]): Promise<TrialCall> {
  const person = call.who.cookie === call.place.member.cookie ? member : admin;
  if (!person) throw new Error('There is no stranger');
  if (call.who.token === undefined) return { ...call, who: { cookie: person.cookie } };
  const { token } = await person.createToken({ name: 'service' });
  return { ...call, who: { token } };
}

/** One more of what a call lists. */
function addTo({ procedure, place: { admin, member } }: TrialCall, name: string): Promise<unknown> {
  if (procedure.startsWith('keys.')) return admin.createKey({ name });
  return procedure.startsWith('agents.') ? createAgent(admin, { name }) : member.createToken({ name });
}

/** Its input, and for each filter that it takes one that only they would find something by. */
async function inputsOf({ servers }: Stage, call: TrialCall): Promise<object[]> {
  const { admin, member } = call.place;
  const values: Record<string, string | undefined> = {
    search: member.email,
    user: member.email,
    actor: admin.id,
    resource: ['keys.list', 'agents.list'].includes(call.procedure) ? `flow:${admin.id}` : member.id,
    creator: admin.id,
    owner: admin.id,
    credential: member.id,
  };
  if (call.fields.includes('cursor')) {
    for (const name of ['one', 'two']) await addTo(call, name);
    const page = await send(servers[0], { ...call, input: { limit: 1 } });
    values['cursor'] = textOf(page.body['result']?.['data']?.['nextCursor']) || undefined;
  }
  const known = Object.entries(values).filter(([name, value]) => value && call.fields.includes(name));
  return [call.input, ...known.map(([name, value]) => ({ ...call.input, [name]: value }))];
}

interface Attack {
  call: TrialCall;
  inputs: object[];
  /** Ids that no stranger may be shown. */
  theirs: Set<string>;
}

async function prepare(stage: Stage, call: TrialCall): Promise<Attack> {
  const inputs = await inputsOf(stage, call);
  const { admin, member } = call.place;
  const theirs = new Set([admin.tenantId, admin.id, member.id]);
  if (call.type === 'query')
    for (const [id] of (await send(stage.servers[0], call)).text.matchAll(uuid)) theirs.add(id);
  return { call, inputs, theirs };
}

/** A server that has too much to do at this moment tells nothing of anything. */
async function sendUntilAnswered(server: ServerProcess, call: TrialCall, text: string): Promise<Answer> {
  const answer = await send(server, call, text);
  const isBusy = answer.status === 503 && call.status !== 503;
  return isBusy ? sendUntilAnswered(server, call, text) : answer;
}

/** What tells a stranger something: the names of the fields that were sent, and the statuses that came back. */
async function learn({ servers }: Stage, { inputs, theirs }: Attack, stranger: TrialCall): Promise<string[]> {
  const learnt: string[] = [];
  for (const input of inputs) {
    const text = JSON.stringify(input);
    const twin = unknownTwin(text);
    const expected = twin === text ? undefined : await sendUntilAnswered(servers[1], stranger, twin);
    const answer = await sendUntilAnswered(servers[0], stranger, text);
    const isUnknown = expected === undefined || likeness(expected) === likeness(answer);
    if (isUnknown && ![...theirs].some((id) => answer.text.includes(id))) continue;
    const fields = Object.keys(input).join(' ');
    learnt.push(`${stranger.procedure} by ${fields} (${answer.status}, not ${expected?.status ?? 'so'})`);
  }
  return learnt;
}

/** A secret, or a JWT, that nobody has. */
const unknownToken = (token: string) =>
  token.includes('.') ? token.replace(/[^.]+$/, 'A'.repeat(86)) : newSecret('pat').reveal();

/** Shows services the tokens of others, and finders anybody's. Returns the doors that told of them, or changed something. */
async function tryDoors(stage: Stage): Promise<{ tried: number; found: string[] }> {
  await using doors = await openDoors(stage);
  const [[stranger] = []] = await addTenants(stage, 1, ['admin']);
  if (!stranger) throw new Error('There is no stranger');
  const found = await listen(stage, stranger);
  const { token } = await stranger.createToken({ name: 'service' });
  const asked: Door[] = [];
  await doors.each(async (door) => {
    const shown = door.fields['token'];
    if (shown === undefined) return;
    const before = await takeSnapshot(stage, refusals);
    const ours: Door = { ...door, ...(door.who && { who: { token } }) };
    const expected = await enter(doors, { ...ours, fields: { ...door.fields, token: unknownToken(shown) } });
    const answer = await enter(doors, ours);
    const changes = changesBetween(before, await takeSnapshot(stage, refusals));
    if (expected.status !== 200 || likeness(expected) !== likeness(answer)) found.push(`${door.name} told`);
    // Whoever holds a token may end it.
    if (!door.who) return;
    if (changes.length > 0) found.push(`${door.name} changed`);
    asked.push(door);
    // Those of its own tenant are told, or else it would show nothing.
    const own = door.changes ? undefined : likeness(await enter(doors, door));
    if (own === likeness(expected)) found.push(`${door.name} told nobody`);
  }, /introspection|verification|revocation/);
  await takeSettledSnapshot(stage);
  const denied = await stage.sql(
    `select from audit_events where outcome = 'denied' and tenant_id = any ($1)`,
    [asked.map(({ place }) => place.admin.tenantId)],
  );
  if (denied.length > 0) found.push(`${denied.length} rows of refusals`);
  return { tried: asked.length + 2, found };
}

/** What somebody hears who watches while another tenant changes something, until they hear of a change of their own. */
async function listen(stage: Stage, stranger: Person): Promise<string[]> {
  const [[other] = []] = await addTenants(stage, 1, ['admin']);
  await using stream = await openStream(stage.servers[0].origin, { cookie: stranger.cookie });
  await stream.next();
  await other?.send('PATCH /api/v1/settings', { body: { disableOnReuse: true } });
  await stranger.createToken({ name: 'own' });
  const heard = new Set<string>();
  while (!heard.has('token'))
    for (const topic of (await stream.next()) ?? ['token', 'nothing']) heard.add(topic);
  return heard.size > 1 ? [`live.changes told of ${[...heard].join(', ')}`] : [];
}

export const promise: TrustPromise = {
  id: 'S16',
  name: 'what another tenant has is as unknown as what does not exist, to every procedure and every other door that is shown it',
  threshold: '0 told, 0 changed',
  isFast: true,
  ownStage: true,
  async check(stage) {
    // What takes no sign-in takes a secret, which says itself whose it is.
    const calls = (await everyCall(stage)).filter(({ meta }) => meta.access !== 'anyone');
    const attacks = await inTurns(calls, (call) => prepare(stage, call));
    const people = await addTenants(stage, calls.length, ['admin', 'member']);
    const strangers = await inTurns(calls, (call, at) => asStranger(call, people[at] ?? []));
    const before = await takeSnapshot(stage, refusals);
    const learnt = await inTurns(attacks, (attack, at) => learn(stage, attack, strangers[at] ?? attack.call));
    const changes = changesBetween(before, await takeSnapshot(stage, refusals));
    const told = learnt.flat();
    const changed = calls.filter(({ place }) =>
      changes.some((change) => change.endsWith(place.admin.tenantId)),
    );
    const doors = await tryDoors(stage);
    const names = [...told, ...changed.map(({ procedure }) => procedure), ...doors.found];
    const list = names.length > 0 ? `: ${names.slice(0, 5).join(', ')}` : '';
    return {
      measured: `of ${calls.length} procedures ${told.length} told, ${changed.length} changed; of ${doors.tried} other doors ${doors.found.length} did${list}`,
      holds: names.length === 0,
    };
  },
  control: [
    {
      without: 'the tenant in what finds a person to change',
      replaced: ['people-of-all-tenants-are-found'],
    },
    {
      without: 'the tenant in the list of people',
      patches: [
        {
          file: 'server/people/users/list-users.ts',
          find: 'eq(users.tenantId, tenantId),\n        status ?',
          replace: 'status ?',
        },
      ],
    },
    {
      without: 'the tenant in what finds a key',
      patches: [
        {
          file: 'server/credentials/api-keys/queries.ts',
          find: "eq(credentials.tenantId, tenantId), eq(credentials.kind, 'key')",
          replace: "eq(credentials.kind, 'key')",
        },
      ],
    },
    {
      without: 'the tenant in what is said of a JWT',
      replaced: ['jwts-of-all-tenants-are-told'],
    },
    {
      without: 'the tenant in whom a change concerns',
      replaced: ['changes-concern-all-tenants'],
    },
  ],
};
