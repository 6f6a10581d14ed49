import { z } from 'zod';
import { assertStorable } from '#server/doors/http/body.ts';
import type { RestRoute } from '#server/doors/rest/routes.ts';
import { invalid } from '#server/errors.ts';

/** What each field of an input is in JSON: `integer`, `boolean`, `array`, … */
export type FieldTypes = ReadonlyMap<string, string>;

export function fieldTypes({ input }: RestRoute): FieldTypes {
  if (!input) return new Map();
  const { properties = {} } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  return new Map(
    Object.entries(properties).map(([name, schema]) => [name, String((schema as { type?: unknown }).type)]),
  );
}

/** The fields of a query as JSON would hold them. What does not look like its type is left for the schema to refuse. */
export function coerceQuery(query: URLSearchParams, types: FieldTypes): Record<string, unknown> {
  if (query.size === 0) return {};
  const names = [...new Set(query.keys())];
  return Object.fromEntries(names.map((name) => [name, coerce(name, query.getAll(name), types.get(name))]));
}

function coerce(name: string, values: string[], type: string | undefined): unknown {
  if (type === 'array') return values;
  const [value = ''] = values;
  assertStorable(value, name);
  if (values.length > 1) throw invalid(name, 'Give this once.');
  if ((type === 'integer' || type === 'number') && /^-?\d{1,15}(\.\d+)?$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
