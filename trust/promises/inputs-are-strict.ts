import { secretForm } from '#server/core/secrets/schema.ts';
import type { Answer } from '#server/testing/caller.ts';
import { everyCall, send, sendRest, type TrialCall } from '#trust/calls.ts';
import { enter, openDoors, type Door, type Doors } from '#trust/doors.ts';
import { inTurns } from '#trust/in-turns.ts';
import type { TrustPromise } from '#trust/promise.ts';
import { changesBetween, refusals, takeRows, takeSnapshot } from '#trust/snapshot.ts';
import type { Stage } from '#trust/stage.ts';

const foreign = ['role', 'tenantId', 'isAdmin', '__proto__'];

/** `{"a": 1, "b": {}}` with a key more, once on top and once in each object within. */
function withKey(input: object, key: string): string[] {
  const text = JSON.stringify(input);
  return [...text.matchAll(/\{/g)]
    .map(({ index }) => `${text.slice(0, index)}{"${key}":"admin",${text.slice(index + 1)}`)
    .map((spoilt) => spoilt.replaceAll(',}', '}'));
}

/** The unknown keys that are not refused. At the REST door it is one, since the schema is the same. */
async function findLenient({ servers }: Stage, call: TrialCall): Promise<string[]> {
  const lenient: string[] = [];
  for (const key of foreign.filter((name) => !call.fields.includes(name))) {
    const answers: Answer[] = [];
    if (!call.meta.rest?.downloads)
      for (const text of withKey(call.input, key)) answers.push(await send(servers[0], call, text));
    if (call.meta.rest && key === 'tenantId')
      answers.push(await sendRest(servers[1], call, { [key]: 'admin' }));
    if (answers.some(({ status }) => status !== 422)) lenient.push(`${call.procedure} ${key}`);
  }
  return lenient;
}

const named = /hash|secret|password|cookie|token$/i;
/** What shows a new secret, for the only time, and in which field; and whose `token` is what is known of one. */
const shown = new Set([
  'tokens.create token',
  'tokens.rotate token',
  'keys.create token',
  'keys.rotate token',
  'setupCodes.make code',
  'agents.create code',
  'agents.issueCode code',
  'agents.enroll token',
  'setupCodes.redeem secret',
  'adminTokens.identify token',
  'device grant access_token',
  'exchange of a token access_token',
  'exchange of a session access_token',
]);

/** What of an answer is named like a secret, or is one of ours. */
function findSecrets(procedure: string, { text, body }: Answer): string[] {
  const fields = [...fieldsOf(body)].filter(([name, value]) => named.test(name) || isSecret(value));
  const hidden = fields.map(([name]) => `${procedure} ${name}`).filter((field) => !shown.has(field));
  // An answer that is no JSON has no fields.
  return fields.length === 0 && isSecret(text) ? [procedure] : hidden;
}

const isSecret = (value: unknown) => typeof value === 'string' && value.search(secretForm) >= 0;

function* fieldsOf(value: unknown): Generator<[string, unknown]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    yield [name, inner];
    yield* fieldsOf(inner);
  }
}

/** What differs each time, in answers and in rows: ids, times, hashes, codes and secrets. */
const volatile =
  /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)|"(iat|exp|expires_in)":\d+|kw_\w+|\$argon2[^"]+|\b10(\.\d+){3}|\b\w{32,}|\b[B-Z]{4}-[B-Z]{4}\b/g;
const jwt = /eyJ[\w-]+\.([\w-]+)\.[\w-]+/g;

const settled = (text: string) =>
  text.replace(jwt, (_, claims: string) => Buffer.from(claims, 'base64url').toString()).replace(volatile, '');

/** What comes of going through a door: what it says, and what it writes. */
async function resultOf(stage: Stage, doors: Doors, door: Door, more?: Record<string, string>) {
  const before = await takeRows(stage, refusals);
  const answer = await enter(doors, door, more);
  const after = await takeRows(stage, refusals);
  const said = [...answer.headers].filter(([name]) => name.startsWith('keyward-') || name === 'location');
  const rows = [...after.difference(before)].map(settled).toSorted();
  const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  return {
    answer,
    text: [answer.status, settled(answer.text), settled(JSON.stringify(said)), ...rows].join('\n'),
    isQuiet: rows.length === 0,
    secrets: [...findSecrets(door.name, answer), ...(isSecret(headers) ? [`${door.name} headers`] : [])],
  };
}

/** The keys with which the stream of changes opens all the same: one that is refused says so, and ends. */
async function openStreams({ servers: [{ origin }], ada }: Stage): Promise<string[]> {
  const opened: string[] = [];
  for (const key of foreign) {
    const input = encodeURIComponent(`{"${key}":"admin"}`);
    const response = await fetch(`${origin}/trpc/live.changes?input=${input}`, {
      headers: { Cookie: ada.cookie, Accept: 'text/event-stream' },
      signal: AbortSignal.timeout(2_000),
    });
    const text = await response.text().catch(String);
    if (!text.includes('"httpStatus":422')) opened.push(`live.changes ${key}`);
  }
  return opened;
}

const strange = Object.fromEntries(
  [...foreign, 'tenant_id', 'user_id', 'permissions'].map((name) => [name, 'admin']),
);

/**
 * A form or an address may say more than is known (RFC 6749, section 3.2), and nothing comes of it; JSON may not, nor the
 * address that a proxy asks. Returns the doors where something did, and those that showed a secret.
 */
async function tryDoors(stage: Stage) {
  await using doors = await openDoors(stage);
  const lenient = await openStreams(stage);
  const plain = await doors.each((door) => resultOf(stage, doors, door));
  let at = 0;
  await doors.each(async (door) => {
    const expected = plain[at++];
    if (expected?.answer.status !== (door.status ?? 200)) lenient.push(`${door.name} (not well made)`);
    if (door.takes !== 'json' && !door.isStrict) {
      const { text } = await resultOf(stage, doors, door, strange);
      if (text !== expected?.text) lenient.push(door.name);
      return;
    }
    for (const [name, value] of Object.entries(strange)) {
      const { answer, isQuiet } = await resultOf(stage, doors, door, { [name]: value });
      if (answer.status !== (door.refusesBy ?? 422) || !isQuiet) lenient.push(`${door.name} ${name}`);
    }
  });
  return { count: doors.count + 1, lenient, secret: plain.flatMap(({ secrets }) => secrets) };
}

export const promise: TrustPromise = {
  id: 'S12',
  name: 'a key that no input knows is refused, or left out of a form, and has no effect, and no answer shows a secret but where it is made',
  threshold: '0 let in, 0 shown',
  isFast: true,
  ownStage: true,
  async check(stage) {
    const calls = await everyCall(stage);
    const before = await takeSnapshot(stage, refusals);
    const lenient = (await inTurns(calls, (call) => findLenient(stage, call))).flat();
    const effects = changesBetween(before, await takeSnapshot(stage, refusals));
    const secret: string[] = [];
    // One after the other: the audit log is not verified twice at once.
    for (const call of calls) {
      const answer = await send(stage.servers[0], call);
      const isGood = answer.status === call.status;
      secret.push(
        ...(isGood ? findSecrets(call.procedure, answer) : [`${call.procedure} (${answer.status})`]),
      );
    }
    const doors = await tryDoors(stage);
    const list = (found: string[]) => (found.length > 0 ? `: ${found.slice(0, 5).join(', ')}` : '');
    return {
      measured: `of ${calls.length} procedures ${lenient.length} let in${list(lenient)}, ${secret.length} shown${list(secret)}; of ${doors.count} other doors ${doors.lenient.length} let in${list(doors.lenient)}, ${doors.secret.length} shown${list(doors.secret)}`,
      holds:
        lenient.length + effects.length + secret.length + doors.lenient.length + doors.secret.length === 0,
    };
  },
  control: [
    {
      without: 'a strict schema of one input',
      patches: [
        {
          file: 'server/people/users/schema.ts',
          find: 'export const updateUserInput = z.strictObject(',
          replace: 'export const updateUserInput = z.object(',
        },
      ],
    },
    {
      without: 'an output schema that leaves out what it does not name',
      patches: [
        {
          file: 'server/core/access/schema.ts',
          find: 'export const profileView = z.object(',
          replace: 'export const profileView = z.looseObject(',
        },
        {
          file: 'server/people/users/view.ts',
          find: 'return { id, email, name, role, tenantId };',
          replace: 'return { ...row, id, email, name, role, tenantId };',
        },
      ],
    },
    {
      without: 'a form that leaves out what a machine may not ask for',
      patches: [
        {
          file: 'server/credentials/device-sign-in/schema.ts',
          find: 'export const deviceAsk = z.object(',
          replace: 'export const deviceAsk = z.looseObject(',
        },
        {
          file: 'server/credentials/device-sign-in/start.ts',
          find: 'terms: { permissions: ask.scope,',
          replace: 'terms: { ...ask, permissions: ask.scope,',
        },
      ],
    },
    {
      without: 'the parameters of an exchange that are read by their names',
      patches: [
        {
          file: 'server/doors/oauth/exchange-grant.ts',
          find: 'z.object({\n  grant_type:',
          replace: 'z.looseObject({\n  grant_type:',
        },
        {
          file: 'server/doors/oauth/exchange-grant.ts',
          find: '{ scope, audience }',
          replace: '{ scope, audience: audience ?? String(form["tenant_id"]) }',
        },
      ],
    },
  ],
};
