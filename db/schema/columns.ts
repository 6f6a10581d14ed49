import { customType, timestamp } from 'drizzle-orm/pg-core';

export const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

/** An instant to the millisecond, as JavaScript keeps them. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
