import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownDatabase, startServer } from '#server/testing/process.ts';

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`${signal} stops a server in its own time: what runs ends, and it exits with 0`, async () => {
    await using database = await ownDatabase();
    await using server = await startServer(database.settings);
    assert.equal(await server.stop(signal), 0, server.printed());
    assert.match(server.printed(), /Stopping …[\s\S]*Stopped\.\n$/);
  });
}
