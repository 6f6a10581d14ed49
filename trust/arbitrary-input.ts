import fc from 'fast-check';

/** As much of JSON Schema as the OpenAPI document uses. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  const?: unknown;
  enum?: unknown[];
  example?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema | boolean;
  prefixItems?: JsonSchema[];
  anyOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
}

/** Texts that have broken something somewhere: statements, encodings, paths, formats, and what a program takes for something else. */
const notorious = [
  "' or 1=1 --",
  '"; drop table users; --',
  '%',
  '_\\%',
  '\\',
  '\u202Egnp.exe',
  '../../etc/passwd',
  '..%2f..%2f',
  '%00',
  '%',
  '%zz',
  '{{7*7}}',
  '${7*7}',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  'true',
  '[]',
  '{}',
  '*',
  '',
  ' ',
  '9'.repeat(400),
  '-1',
  '1e309',
  '0x10',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '2026-02-30T00:00:00Z',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '00000000-0000-0000-0000-000000000000',
  'ADA@EXAMPLE.COM',
  `${'a'.repeat(300)}@example.com`,
  '٣',
  'İ',
  'ﬀ',
  '👩‍💻'.repeat(40),
  'kw_pat_',
];
const numbers = [0, -0, -1, 1, 0.5, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 2 ** 63, 1e308, -1e308];

/** What PostgreSQL cannot keep. */
const unkept = ['\0', 'a\0b', '\ud800', '\udfff\ud800'];
const text = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...unkept) },
  { weight: 3, arbitrary: fc.constantFrom(...notorious) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
);
const anything = fc.oneof(
  text,
  fc.constantFrom<unknown>(...numbers, null, true),
  fc.json().map((json) => JSON.parse(json) as unknown),
);

/** Inputs that fit a schema for the most part, with something in them that does not. `known`: ids that there are. */
export function arbitraryOf(schema: JsonSchema, known: readonly string[]): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: fitting(schema, known) }, { weight: 1, arbitrary: anything });
}

/** The fields of an object: some left out, some wrong, sometimes one that nobody knows. */
export function fieldsOf(
  schema: Pick<JsonSchema, 'properties' | 'required'>,
  known: readonly string[],
): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => [
    name,
    arbitraryOf(field, known),
  ]);
  const model = Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>;
  const requiredKeys = schema.required ?? [];
  const whole = fc.record(model, { requiredKeys });
  const partial = fc.record(model, { requiredKeys: [] });
  const more = fc.tuple(whole, text, anything).map(([fields, name, value]) => ({ ...fields, [name]: value }));
  return fc.oneof(
    { weight: 8, arbitrary: whole },
    { weight: 1, arbitrary: partial },
    { weight: 1, arbitrary: more },
  );
}

function fitting(schema: JsonSchema, known: readonly string[]): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((part) => arbitraryOf(part, known)));
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object') return fieldsOf(schema, known);
  if (type === 'array') return listOf(schema, known);
  if (type === 'integer' || type === 'number') return numberOf(schema);
  if (type === 'boolean') return fc.boolean();
  return type === 'string' ? textOf(schema, known) : anything;
}

function listOf(
  { items, prefixItems, maxItems = 5 }: JsonSchema,
  known: readonly string[],
): fc.Arbitrary<unknown> {
  if (prefixItems) return fc.tuple(...prefixItems.map((item) => arbitraryOf(item, known)));
  const item = typeof items === 'object' ? arbitraryOf(items, known) : anything;
  return fc.array(item, { maxLength: Math.min(maxItems + 1, 6) });
}

function numberOf({ minimum = -10, maximum = 1_000 }: JsonSchema): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.integer({ min: Math.max(minimum, -1e9), max: Math.min(maximum, 1e9) }),
    fc.constantFrom(...numbers),
  );
}

function textOf({ format, example, maxLength }: JsonSchema, known: readonly string[]): fc.Arbitrary<unknown> {
  const usual: fc.Arbitrary<string>[] = [text];
  if (typeof example === 'string') usual.push(fc.constant(example));
  if (format === 'uuid') usual.push(fc.constantFrom(...known), fc.uuid());
  if (format === 'email') usual.push(fc.emailAddress());
  if (format === 'date-time') usual.push(fc.date({ noInvalidDate: true }).map((date) => date.toISOString()));
  if (maxLength !== undefined) usual.push(fc.constantFrom('x'.repeat(maxLength), 'x'.repeat(maxLength + 1)));
  return fc.oneof(...usual);
}
