import { everyCall, send, sendRest, type Call } from '#scripts/trust/calls.ts';
import { inTurns } from '#scripts/trust/in-turns.ts';
import type { TrustPromise } from '#scripts/trust/promise.ts';
import { changesBetween, refusals, takeSnapshot } from '#scripts/trust/snapshot.ts';
import type { Stage } from '#scripts/trust/stage.ts';
import { secretForm } from '#server/credentials/schema.ts';
import type { Answer } from '#server/testing/caller.ts';

const foreign = ['role', 'tenantId', 'isAdmin', '__proto__'];

/** `{"a": 1, "b": {}}` with a key more, once on top and once in each object within. */
function withKey(input: object, key: string): string[] {
  const text = JSON.stringify(input);
  return [...text.matchAll(/\{/g)]
    .map(({ index }) => `${text.slice(0, index)}{"${key}":"admin",${text.slice(index + 1)}`)
    .map((spoilt) => spoilt.replaceAll(',}', '}'));
}

/** The unknown keys that are not refused. At the REST door it is one, since the schema is the same. */
async function findLenient({ servers }: Stage, call: Call): Promise<string[]> {
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
  'setupCodes.make code',
  'setupCodes.redeem secret',
  'adminTokens.identify token',
]);

/** What of an answer is named like a secret, or is one of ours. */
function findSecrets({ procedure }: Call, { text, body }: Answer): string[] {
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

export const promise: TrustPromise = {
  id: 'S12',
  name: 'a key that no input knows is refused and has no effect, and no answer shows a secret but where it is made',
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
      secret.push(...(isGood ? findSecrets(call, answer) : [`${call.procedure} (${answer.status})`]));
    }
    const list = (found: string[]) => (found.length > 0 ? `: ${found.slice(0, 5).join(', ')}` : '');
    return {
      measured: `of ${calls.length} procedures ${lenient.length} let in${list(lenient)}, ${secret.length} shown${list(secret)}`,
      holds: lenient.length + effects.length + secret.length === 0,
    };
  },
  control: [
    {
      without: 'a strict schema of one input',
      patches: [
        {
          file: 'server/users/schema.ts',
          find: 'export const updateUserInput = z.strictObject(',
          replace: 'export const updateUserInput = z.object(',
        },
      ],
    },
    {
      without: 'an output schema that leaves out what it does not name',
      patches: [
        {
          file: 'server/users/schema.ts',
          find: 'export const profileView = z.object(',
          replace: 'export const profileView = z.looseObject(',
        },
        {
          file: 'server/users/queries.ts',
          find: 'return { id, email, name, role, tenantId };',
          replace: 'return { ...row, id, email, name, role, tenantId };',
        },
      ],
    },
  ],
};
