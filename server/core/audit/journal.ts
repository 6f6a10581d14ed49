import type { Connection, Database } from '#db/client.ts';
/** A row of the log as the database returned it to its writer, by the beginning of its hash. */
export interface WrittenRow {
  sequence: number;
  mark: string;
}

const journals = new WeakMap<Connection, (rows: readonly WrittenRow[]) => void>();

/** Called by all code that writes rows: they are remembered once they are committed. */
export function noteWritten(connection: Connection, rows: readonly WrittenRow[]): void {
  journals.get(connection)?.(rows);
}

/** Tells of the rows that are written on a database, in transactions and outside of them, once they are committed. */
export function keepJournal(db: Database, tell: (rows: readonly WrittenRow[]) => void): void {
  journals.set(db, tell);
  const transact = db.transaction.bind(db);
  db.transaction = async (work, config) => {
    let rows: WrittenRow[] = [];
    const result = await transact((tx) => {
      // Of an attempt that is undone nothing is told.
      const ownRows: WrittenRow[] = [];
      rows = ownRows;
      journals.set(tx, (more) => void ownRows.push(...more));
      return work(tx);
    }, config);
    tell(rows);
    return result;
  };
}
