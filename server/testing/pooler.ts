import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findSystemAccount } from '#db/embedded/binaries.ts';
import type { TestDatabase } from '#server/testing/database.ts';
import { openFaultProxy } from '#server/testing/fault-proxy.ts';
import { freePort, programOf, startProgram } from '#server/testing/program.ts';

/** A PgBouncer before the test run's cluster. */
export interface Pooler extends AsyncDisposable {
  /** The same database through it, for one of its users. */
  through(address: TestDatabase['address']): TestDatabase['address'];
}

export interface PoolerOptions {
  mode: 'session' | 'transaction' | 'statement';
  users: { user: string; password: string }[];
  /** Lines for its configuration. */
  more?: string[];
}

export async function startPooler(
  { host, port }: TestDatabase['address'],
  { mode, users, more = [] }: PoolerOptions,
): Promise<Pooler> {
  await using opening = new AsyncDisposableStack();
  // It refuses to run as root, and no other user may enter the folder of the socket.
  const line = opening.use(await openFaultProxy(`${host}/.s.PGSQL.${port}`));
  const folder = mkdtempSync(path.join(tmpdir(), 'keyward-pooler-'));
  opening.defer(() => rmSync(folder, { recursive: true, force: true }));
  const at = await freePort();
  const list = path.join(folder, 'users');
  writeFileSync(list, users.map(({ user, password }) => `"${user}" "${password}"\n`).join(''));
  const configuration = path.join(folder, 'pgbouncer.ini');
  writeFileSync(
    configuration,
    [
      '[databases]',
      `* = host=127.0.0.1 port=${line.port}`,
      '[pgbouncer]',
      `listen_addr = 127.0.0.1\nlisten_port = ${at}\nunix_socket_dir =`,
      `auth_type = scram-sha-256\nauth_file = ${list}`,
      `pool_mode = ${mode}`,
      ...more,
      '',
    ].join('\n'),
  );
  const account = await findSystemAccount();
  for (const file of [folder, list, configuration]) if (account) chownSync(file, account.uid, account.gid);
  opening.use(await startProgram(programOf('pgbouncer'), [configuration], { port: at, ...account }));
  const opened = opening.move();
  return {
    through: (address) => ({ ...address, host: '127.0.0.1', port: at }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
