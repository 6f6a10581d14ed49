import { isDeepStrictEqual } from 'node:util';

/** The fields that an input changes, as the audit log keeps them: old → new. Fields left out of the input stay, and lists that say the same are the same. */
export function changedFields<T extends Record<string, unknown>>(
  row: T,
  input: { [K in keyof T]?: T[K] | undefined },
): Record<string, { from: unknown; to: unknown }> {
  return Object.fromEntries(
    Object.entries<unknown>(input).flatMap(([field, to]) =>
      to === undefined || isDeepStrictEqual(to, row[field]) ? [] : [[field, { from: row[field], to }]],
    ),
  );
}
