import { sql } from 'drizzle-orm';
import { users } from '#db/schema/people.ts';
import type * as original from '#server/people/users/list-users.ts';

export const matches: typeof original.matches = (search) =>
  sql`${users.foldedName} like ${sql.raw(`'%${search}%'`)}`;
