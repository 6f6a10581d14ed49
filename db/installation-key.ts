import { eq } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { installationKeys } from '#db/schema/sign-in.ts';

/** A key of 32 bytes that all servers of this database share. The migrations make it. */
export async function readInstallationKey(db: Database, name: 'sign_in'): Promise<Buffer> {
  const [row] = await db.select().from(installationKeys).where(eq(installationKeys.name, name));
  if (!row) throw new Error(`the key ${name} is missing`);
  return row.value;
}
