import { sql } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';

const ahead = 3;

/** Makes the tables of this month and of some to come; a row that comes without one goes into the table for others. */
export async function makeMonths(db: Connection): Promise<void> {
  await db.execute(sql`select make_audit_months(${ahead})`);
}
