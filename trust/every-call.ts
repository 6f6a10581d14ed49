import { randomUUIDv7 } from 'node:crypto';
import { z } from 'zod';
import type { Meta } from '#server/core/procedures/builders.ts';
import { doorOperations } from '#server/doors/rest/door-operations.ts';
import { exampleOf } from '#server/doors/rest/example.ts';
import { restPrefix } from '#server/doors/rest/routes.ts';
import { appRouter } from '#server/doors/trpc/app-router.ts';
import { routeTable } from '#server/routes.ts';

/** One way to ask the server for something, with an input that its schema takes. */
export interface KnownCall {
  /** As tRPC has it, or the path of a door. */
  name: string;
  method: string;
  path: string;
  /** What is not in the path. */
  fields: Record<string, unknown>;
  isForm?: true;
}

/** Ids that exist, by the first part of a procedure's name; for all others there is one that does not. */
export type KnownIds = Partial<Record<string, string>>;

interface Definition {
  name: string;
  type: 'query' | 'mutation' | 'subscription';
  meta?: Meta;
  inputs: z.ZodType[];
}

const definitions = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: Omit<Definition, 'name'> }>,
).map(([name, { _def }]) => ({ ..._def, name }));

/** Every way to change something: each mutation over tRPC and over REST, and each form. Made from what the server itself is made of. */
export function everyChange(ids: KnownIds): KnownCall[] {
  const forms = doorOperations.filter(({ method }) => method === 'post');
  return [
    ...definitions
      .filter(({ type }) => type === 'mutation')
      .flatMap((definition) => callsOf(definition, ids)),
    ...forms.map(({ path, input }) => ({
      name: path,
      method: 'POST',
      path,
      fields: input ? inputOf(input) : {},
      isForm: true as const,
    })),
  ];
}

/** Every way to read: each query over tRPC and over REST, and what the doors beside them answer to a GET. */
export function everyRead(ids: KnownIds): KnownCall[] {
  const queries = definitions.filter(({ type }) => type === 'query');
  return queries.flatMap((definition) => callsOf(definition, ids)).map(withQuery);
}

/** The beginnings of the paths of every door. */
export const doorPrefixes: readonly string[] = routeTable({
  sendPage: () => false,
  sendFile: () => false,
}).map(([prefix]) => prefix);

/** A change asked for as if it were a read. */
export const asRead = ({ name, fields }: KnownCall): string =>
  `GET /trpc/${name}?input=${encodeURIComponent(JSON.stringify(fields))}`;

function callsOf({ name, type, meta, inputs }: Definition, ids: KnownIds): KnownCall[] {
  const [schema] = inputs;
  const all = schema ? inputOf(schema) : {};
  const known = ids[name.slice(0, name.indexOf('.'))] ?? randomUUIDv7();
  const fields = { ...all, ...('id' in all && { id: known }), ...('ids' in all && { ids: [known] }) };
  // One that does not belong to what is looked at would be refused.
  Reflect.deleteProperty(fields, 'cursor');
  const overTrpc = { name, method: type === 'query' ? 'GET' : 'POST', path: `/trpc/${name}`, fields };
  if (!meta?.rest) return [overTrpc];
  const inPath = [...meta.rest.path.matchAll(/\{(\w+)\}/g)].map(([, field = '']) => field);
  const path = meta.rest.path.replace(/\{(\w+)\}/g, (_, field: string) =>
    encodeURIComponent(String((fields as Record<string, unknown>)[field])),
  );
  const rest = Object.fromEntries(Object.entries(fields).filter(([field]) => !inPath.includes(field)));
  return [overTrpc, { name, method: meta.rest.method, path: restPrefix + path, fields: rest }];
}

function withQuery(call: KnownCall): KnownCall {
  if (call.path.startsWith('/trpc/'))
    return { ...call, path: `${call.path}?input=${encodeURIComponent(JSON.stringify(call.fields))}` };
  const query = new URLSearchParams(
    Object.entries(call.fields).map(([name, value]) => [name, String(value)]),
  );
  return { ...call, path: query.size > 0 ? `${call.path}?${query}` : call.path };
}

/** What the OpenAPI document gives as an example. */
function inputOf(schema: z.ZodType): Record<string, unknown> {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return (exampleOf(json as never) ?? {}) as Record<string, unknown>;
}
