import type * as original from '#server/oversight/backups/restore-backup.ts';

export const retire: typeof original.retire = async () => ({});
