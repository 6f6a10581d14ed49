import { once } from 'node:events';
import path from 'node:path';
import { startDatabase, startServer } from './desk.ts';
import { fill } from './fill.ts';

/** A server of this checkout with 20,000 tokens, for `compare.ts`: prints where it is, and ends with SIGTERM. */
const database = await startDatabase();
const { address, url } = await database.create('bench_compare');
const server = await startServer('server/main.ts', {
  DATABASE_URL: url,
  KEYWARD_DATA: database.folder,
  // As by default, but one service asks for everybody.
  KEYWARD_RATE_LIMIT: '900000/9000000',
});
const { tokens, service } = await fill(address, 20_000, path.join(database.folder, 'tokens'));
console.log(JSON.stringify({ origin: server.origin, pid: server.child.pid, tokens, service }));
await once(process, 'SIGTERM');
await server[Symbol.asyncDispose]();
await database[Symbol.asyncDispose]();
