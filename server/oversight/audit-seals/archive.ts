import { z } from 'zod';
import type { Connection } from '#db/client.ts';
import { auditArchives } from '#db/schema/audit.ts';
import type { AuditKey } from '#server/oversight/audit-seals/key.ts';
import { auditSeal } from '#server/oversight/audit-seals/schema.ts';

/** What is known of a month that was taken out, signed like a seal. */
const auditArchive = z.strictObject({
  version: z.literal(1),
  month: z.string(),
  count: z.int().positive(),
  /** Of what the seals have for the month: SHA-256 over the lines `<number> <count> <root>`. */
  root: z.string(),
  file: z.string(),
  /** Of the file. */
  sha256: z.string(),
  time: z.string(),
  key: z.string(),
  signature: auditSeal.shape.signature,
});
export type AuditArchive = z.infer<typeof auditArchive>;

/** The fields in this order, as JSON. */
export function archiveContent(archive: Omit<AuditArchive, 'signature'>): string {
  const { version, month, count, root, file, sha256, time, key } = archive;
  return JSON.stringify(['keyward audit archive', version, month, count, root, file, sha256, time, key]);
}

/** Records of months that were taken out, by whoever has the key; a line that anybody else put there says nothing. */
export async function readArchives(db: Connection, key: AuditKey): Promise<Map<string, AuditArchive>> {
  const rows = await db.select().from(auditArchives);
  const good = rows.flatMap((row) => {
    const { data } = auditArchive.safeParse(row.archive);
    const isGood =
      data?.month === row.month && key.check(data.key, archiveContent(data), data.signature) === 'good';
    return isGood ? [[row.month, data] as const] : [];
  });
  return new Map(good);
}
