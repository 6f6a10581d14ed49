import type { AnyProcedure } from '@trpc/server';
import type { ZodObject, ZodType } from 'zod';
import type { Meta, RestMeta } from '#server/core/procedures/builders.ts';
import { appRouter } from '#server/doors/trpc/app-router.ts';

export const restPrefix = '/api/v1';

/** A procedure that the REST API offers. */
export interface RestRoute {
  /** As tRPC calls it: `tokens.list`. */
  name: string;
  procedure: AnyProcedure;
  type: 'query' | 'mutation';
  meta: Meta;
  rest: RestMeta;
  /** Names of the fields that stand in the path. */
  pathFields: string[];
  /** The fields it takes and how they are checked; undefined where it takes none. */
  input: ZodObject | undefined;
  /** What checks it, also where it takes nothing. */
  inputSchema: ZodType;
  output: ZodObject | undefined;
}

interface Definition {
  type: 'query' | 'mutation' | 'subscription';
  meta?: Meta;
  inputs: unknown[];
  output?: unknown;
}

/** Every procedure whose meta says where it stands in the REST API. */
export function restRoutes(): RestRoute[] {
  const procedures = appRouter._def.procedures as unknown as Record<string, AnyProcedure>;
  return Object.entries(procedures).flatMap(([name, procedure]) => {
    const { type, meta, inputs, output } = procedure._def as unknown as Definition;
    if (!meta?.rest || type === 'subscription') return [];
    const pathFields = [...meta.rest.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
    return [
      {
        name,
        procedure,
        type,
        meta,
        rest: meta.rest,
        pathFields,
        input: objectOf(inputs[0]),
        inputSchema: inputs[0] as ZodType,
        output: objectOf(output),
      },
    ];
  });
}

function objectOf(schema: unknown): ZodObject | undefined {
  return (schema as { type?: string } | undefined)?.type === 'object' ? (schema as ZodObject) : undefined;
}
