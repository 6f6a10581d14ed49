interface Change {
  field: string;
  from: unknown;
  to: unknown;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isChange = (value: unknown): value is { from: unknown; to: unknown } =>
  isRecord(value) && 'from' in value && 'to' in value;

/** What an event changed, and what else it tells. */
export function changesOf({ changes, ...detail }: Record<string, unknown>): {
  changes: Change[];
  facts: [string, unknown][];
} {
  const entries = Object.entries({ ...detail, ...(isRecord(changes) && changes) });
  return {
    changes: entries.flatMap(([field, value]) =>
      isChange(value) ? [{ field, from: value.from, to: value.to }] : [],
    ),
    facts: entries.filter(([, value]) => !isChange(value)),
  };
}

/** A value as text: a list with commas, an object by its fields. */
export function valueWords(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  if (Array.isArray(value)) return value.length > 0 ? value.map(valueWords).join(', ') : 'nothing';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (isRecord(value))
    return Object.entries(value)
      .map(([name, part]) => `${name}: ${valueWords(part)}`)
      .join('; ');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}
