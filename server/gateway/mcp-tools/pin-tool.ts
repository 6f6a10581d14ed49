import { createHash } from 'node:crypto';
import type { ToolDefinition } from '#db/schema/tool-servers.ts';

/** The SHA-256 of the canonical JSON of a tool: the same in any order of fields, and another with any other word. */
export function pinTool({
  name,
  title,
  description,
  inputSchema,
  outputSchema,
  annotations,
}: ToolDefinition): Buffer {
  const pinned = { name, title, description, inputSchema, outputSchema, annotations };
  return createHash('sha256').update(canonicalJson(pinned)).digest();
}

/** JSON with the fields of every object in one order and without those that are undefined (RFC 8785 but for numbers' forms, which are ours). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}
