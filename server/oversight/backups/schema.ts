import { z } from 'zod';

/** The first line of a backup: what has to be known before its rows can be put anywhere. */
export const backupHeader = z.strictObject({
  version: z.literal(1),
  time: z.iso.datetime(),
  migrations: z.array(z.strictObject({ name: z.string(), checksum: z.string() })).min(1),
  months: z.array(z.string().regex(/^\d{4}-\d{2}$/)),
  sequences: z.array(z.strictObject({ name: z.string(), last: z.string().regex(/^\d{1,19}$/) })),
});
export type BackupHeader = z.infer<typeof backupHeader>;

/** The last line: by what it can be seen that nothing before it is missing or was changed. */
export const backupEnd = z.strictObject({
  rows: z.int().nonnegative(),
  /** Of all lines before. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** The id of the audit key that signed it, and its public half. */
  key: z.string(),
  publicKey: z.string(),
  signature: z.string(),
});
export type BackupEnd = z.infer<typeof backupEnd>;

/** What becomes of all that was issued before a backup that is restored. */
export const restoreChoices = z.strictObject({
  secrets: z.enum(['retire', 'keep']),
  people: z.enum(['deactivate', 'keep']),
  /** E-mail addresses of those who stay when people are deactivated. */
  admins: z.array(z.string()),
});
export type RestoreChoices = z.infer<typeof restoreChoices>;
