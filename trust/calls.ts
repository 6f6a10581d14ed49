import type { Meta } from '#server/core/procedures/builders.ts';
import { appRouter } from '#server/doors/trpc/app-router.ts';
import type { Answer, Caller } from '#server/testing/caller.ts';
import { goodCalls } from './good-calls.ts';
import { inTurns } from './in-turns.ts';
import type { Stage } from './stage.ts';
import { addTenants } from './tenants.ts';
import type { GoodCall, TrialTenant } from './trial.ts';

export interface TrialCall extends Required<GoodCall> {
  procedure: string;
  type: 'query' | 'mutation';
  meta: Meta;
  /** The names that its input knows. */
  fields: string[];
  place: TrialTenant;
}

interface Procedure {
  type: 'query' | 'mutation' | 'subscription';
  meta: Meta;
  inputs: { shape?: object }[];
}
const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: Procedure }>,
).map(([name, { _def }]) => ({ name, ..._def }));

/** Opened once and for long, and asked for nothing. */
const streams = ['live.changes'];
/** A server whose first admin has come answers it to nobody. */
const over = ['setup.complete'];

/**
 * Every procedure of the router, each ready to be called, with all that it needs. Throws for one that has no good call, and
 * for a good call of none.
 */
export async function everyCall(stage: Stage, type?: TrialCall['type']): Promise<TrialCall[]> {
  const names = everyProcedure(type);
  const places = await placesFor(stage, names.length);
  return inTurns(names, (name) => {
    const place = places.pop();
    if (!place) throw new Error(`${name} has no place`);
    return callAt(place, name);
  });
}

/** The names of all procedures that can be called. Throws as `everyCall` does. */
export function everyProcedure(type?: TrialCall['type']): string[] {
  const wanted = procedures.filter(({ name }) => ![...streams, ...over].includes(name));
  const names = wanted.map(({ name }) => name);
  const odd = new Set(names).symmetricDifference(new Set(Object.keys(goodCalls)));
  if (odd.size > 0) throw new Error(`trust/good-calls.ts and the router differ in: ${[...odd].join(', ')}`);
  return wanted.filter((one) => type === undefined || one.type === type).map(({ name }) => name);
}

/** A good call of a procedure, made ready at a place. Those that are made ready at one place are about one person and one token. */
export async function callAt(place: TrialTenant, wanted: string): Promise<TrialCall> {
  const [found, prepare] = [procedures.find(({ name }) => name === wanted), goodCalls[wanted]];
  if (!found || !prepare || found.type === 'subscription') throw new Error(`${wanted} cannot be called`);
  const good = await prepare(place).catch((cause: unknown) => {
    throw new Error(`${wanted} could not be made ready: ${String(cause)}`, { cause });
  });
  const { type, meta, inputs } = found;
  const fields = Object.keys(inputs[0]?.shape ?? {});
  return { status: 200, ...good, procedure: wanted, type, meta, fields, place };
}

/** Tenants of their own, each with an admin and a member. */
export async function placesFor(stage: Stage, count: number): Promise<TrialTenant[]> {
  const tenants = await addTenants(stage, count, ['admin', 'member']);
  return tenants.flatMap(([admin, member]) =>
    admin && member ? { stage, admin, member, from: nextAddress() } : [],
  );
}

let networks = 0;

/** Of a network of its own (a /24): what is counted by network is counted apart. */
function nextAddress(): string {
  const network = networks++;
  return `10.${(network >> 8) & 255}.${network & 255}.1`;
}

/** Makes a call at the door of the web app, or, where its answer is a file, of the REST API. `text`: its input, in place of its own. */
export function send(caller: Caller, call: TrialCall, text = JSON.stringify(call.input)): Promise<Answer> {
  const { procedure, type, meta, place, who } = call;
  const headers = { 'X-Forwarded-For': place.from };
  if (meta.rest?.downloads) return sendRest(caller, call, JSON.parse(text) as object);
  if (type === 'query')
    return caller.send(`GET /trpc/${procedure}?input=${encodeURIComponent(text)}`, { ...who, headers });
  const json = { ...headers, 'Content-Type': 'application/json' };
  return caller.send(`POST /trpc/${procedure}`, { ...who, text, headers: json });
}

/** Makes a call of the REST API, with `more` beside its own input. Throws for a procedure that is not offered there. */
export function sendRest(
  caller: Caller,
  { procedure, meta, place, who, input }: TrialCall,
  more: object = {},
): Promise<Answer> {
  const { rest } = meta;
  if (!rest) throw new Error(`${procedure} is not in the REST API`);
  const fields = new Map(Object.entries(input));
  const path = rest.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(fields.get(name));
    fields.delete(name);
    return value;
  });
  const left = [...fields, ...Object.entries(more)];
  const headers = { 'X-Forwarded-For': place.from };
  if (rest.method !== 'GET')
    return caller.send(`${rest.method} /api/v1${path}`, { ...who, headers, body: Object.fromEntries(left) });
  const query = new URLSearchParams(left.map(([name, value]) => [name, String(value)]));
  return caller.send(`GET /api/v1${path}?${query}`, { ...who, headers });
}
