import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { connectAsOwner } from '#db/connect.ts';
import { migrate, migrateWithin } from '#db/migrate.ts';
import { cloneDatabase, createDatabase, runSql } from '#server/testing/database.ts';

const last = '(select max(name) from schema_migrations)';

test('a migration behind a long read lets others go first, says what it waits for, and runs once the read is over', async () => {
  await using database = await createDatabase();
  // As an earlier version left it: a migration that locks a table is still to come.
  const before = await connectAsOwner(database.address);
  await before.query('begin');
  await migrateWithin(before, '0021_thin_use_day_index.sql');
  await before.query('commit');
  await before.end();
  const reader = new pg.Client({ ...database.address, application_name: 'pg_dump' });
  await reader.connect();
  await reader.query('begin; select from user_identities');
  const owner = await connectAsOwner(database.address);
  const said: string[] = [];
  const waits = Promise.withResolvers<void>();
  const migrated = migrate(owner, {
    say(line) {
      said.push(line);
      waits.resolve();
    },
  });
  await waits.promise;
  // Between two tries nothing stands in the queue for the table.
  await runSql({ ...database.address, lock_timeout: 900 }, 'select from user_identities');
  await reader.query('commit');
  await reader.end();
  assert.ok((await migrated).includes('0022_retire_identities.sql'));
  assert.match(
    said[0] ?? '',
    /^db\/migrations\/0022_retire_identities\.sql needs a lock that others hold \(pg_dump, pid \d+, has been at work for \d+ s\)\. Trying again in 1 s\.$/,
  );
  assert.deepEqual(await runSql(database.address, `select ${last} >= '0022' as "isThere"`), [
    { isThere: true },
  ]);
  await owner.end();
});

test('a start that waits for another to migrate says whom it waits for', async () => {
  await using database = await cloneDatabase();
  const first = await connectAsOwner(database.address);
  await migrate(first);
  const second = await connectAsOwner(database.address);
  const told = Promise.withResolvers<string>();
  const migrated = migrate(second, { say: told.resolve });
  assert.match(await told.promise, /^Another start is migrating the database \(keyward \d+, pid \d+\)\./);
  await first.end();
  assert.deepEqual(await migrated, []);
  await second.end();
});
