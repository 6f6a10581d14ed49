import fc from 'fast-check';
import { openApiFile } from '#server/doors/rest/openapi.ts';
import type { Answer } from '#server/testing/caller.ts';
import type { Person } from '#server/testing/person.ts';
import { fieldsOf, type JsonSchema } from './arbitrary-input.ts';
import { inTurns } from './in-turns.ts';
import type { Outcome } from './promise.ts';
import type { Stage } from './stage.ts';
import { addTenants } from './tenants.ts';

interface Operation {
  operationId: string;
  method: string;
  path: string;
  parameters?: { in: string; name: string; required?: boolean; schema: JsonSchema }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, unknown>;
}

/** A request that was made up. */
interface Attempt {
  who: 'admin' | 'member' | 'token' | 'nobody';
  inPath: Record<string, unknown>;
  inQuery: Record<string, unknown>;
  body: Record<string, unknown>;
}

/** The same every time, so that what was found is found again. */
const seed = 20_261_122;
const form = 'application/x-www-form-urlencoded';

/** Statuses that any address gives to what is no request for it at all, whatever it is for. */
const anywhere = [400, 404, 414, 422];

/** Every operation of the OpenAPI document, as it is told to whoever asks. Those that read the whole log come while it is short. */
function readOperations(): Operation[] {
  const { paths } = JSON.parse(openApiFile(new URL('http://localhost')).body.toString()) as {
    paths: Record<string, Record<string, Omit<Operation, 'method' | 'path'>>>;
  };
  return Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        ...operation,
        path,
        method: method.toUpperCase(),
      })),
    )
    .toSorted((a, b) => Number(b.path.includes('/audit')) - Number(a.path.includes('/audit')));
}

/** Somebody to ask as, and what there is to ask about: others for each operation, since one may end them. */
async function arrange([admin, member]: Person[]) {
  if (!admin || !member) throw new Error('Nobody is there');
  const { token, credential } = await admin.createToken({ name: 'laptop' });
  const headers: Record<Attempt['who'], Record<string, string>> = {
    admin: { Cookie: admin.cookie },
    member: { Cookie: member.cookie },
    token: { Authorization: `Bearer ${token}` },
    nobody: {},
  };
  return { known: [admin.id, member.id, credential.id], headers };
}

function attemptsOf(
  { parameters = [], requestBody }: Operation,
  known: readonly string[],
): fc.Arbitrary<Attempt> {
  const group = (place: string) => {
    const own = parameters.filter((parameter) => parameter.in === place);
    const properties = Object.fromEntries(own.map(({ name, schema }) => [name, schema]));
    return fieldsOf(
      { properties, required: own.filter(({ required }) => required).map(({ name }) => name) },
      known,
    );
  };
  const [content] = Object.values(requestBody?.content ?? {});
  return fc.record({
    who: fc.constantFrom<Attempt['who']>('admin', 'admin', 'admin', 'member', 'token', 'nobody'),
    inPath: group('path'),
    inQuery: group('query'),
    body: content ? fieldsOf(content.schema, known) : fc.constant({}),
  });
}

/** What JSON would not carry is left as JSON would leave it; half of a surrogate pair cannot be encoded. */
const asText = (value: unknown) =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toWellFormed();

function ask(
  stage: Stage,
  operation: Operation,
  attempt: Attempt,
  headers: Record<string, string>,
): Promise<Answer> {
  const [server] = stage.servers;
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(asText(attempt.inPath[name] ?? 'x')),
  );
  const query = new URLSearchParams(
    Object.entries(attempt.inQuery).map(([name, value]) => [name, asText(value)]),
  );
  const call = `${operation.method} ${path}${query.size > 0 ? `?${query}` : ''}`;
  if (!operation.requestBody) return server.send(call, { headers });
  if (!(form in operation.requestBody.content)) return server.send(call, { headers, body: attempt.body });
  const fields = Object.entries(attempt.body).map(([name, value]) => [name, asText(value)]);
  return server.send(call, {
    headers: { ...headers, 'Content-Type': form },
    text: new URLSearchParams(fields).toString(),
  });
}

/** Why an answer is none that the document promises; undefined where it is one. */
function faultOf({ responses }: Operation, { status, headers, problem }: Answer): string | undefined {
  // The issuer of a stage is not there, which is no fault of ours.
  if (status >= 500 && problem?.code !== 'oidc_unavailable') return String(status);
  if (!(status in responses) && !anywhere.includes(status)) return `${status}, which is not in the document`;
  const type = headers.get('content-type') ?? '';
  if (status >= 400 && !/^application\/(problem\+)?json/.test(type)) return `${status} as ${type}`;
  return undefined;
}

async function fuzzOperation(
  stage: Stage,
  operation: Operation,
  { people, runs }: { people: Person[]; runs: number },
): Promise<string[]> {
  const { known, headers } = await arrange(people);
  const attempts = fc.sample(attemptsOf(operation, known), { numRuns: runs, seed });
  const faults = await inTurns(attempts, async (attempt) => {
    const answer = await ask(stage, operation, attempt, headers[attempt.who]);
    const fault = faultOf(operation, answer);
    return (
      fault &&
      `${operation.operationId} ${fault} for ${JSON.stringify(attempt).slice(0, 300)} ${answer.text.slice(0, 200)}`
    );
  });
  return faults.filter((fault) => fault !== undefined);
}

/** Asks for everything that the OpenAPI document has with inputs that are made up, so many of each. */
export async function fuzz(stage: Stage, runs: number): Promise<Outcome> {
  const operations = readOperations();
  const tenants = await addTenants(stage, operations.length, ['admin', 'member']);
  const faults: string[] = [];
  for (const [at, operation] of operations.entries())
    faults.push(...(await fuzzOperation(stage, operation, { people: tenants[at] ?? [], runs })));
  const first = faults[0] ? ` (${faults[0]})` : '';
  return {
    measured: `${faults.length} of ${operations.length * runs} answers${first}`,
    holds: faults.length === 0,
  };
}
