import { createHash, createHmac, hkdfSync, pbkdf2Sync } from 'node:crypto';
import pg from 'pg';
import { signedInAs, type DatabaseAddress } from '#db/address.ts';
import { connect } from '#db/connect.ts';
import { sqlState, UnusableDatabaseError } from '#db/errors.ts';

/** The group role whose rights the migrations grant: what works as the server is a member of it and of nothing else. */
const rights = 'keyward_app';
const iterations = 4_096;

/** Of a database's own: roles belong to the whole cluster. */
export function loginNameOf(database: string): string {
  return `keyward_${createHash('sha256').update(database).digest('hex').slice(0, 8)}`;
}

/** Who the server signs in as. The same on every server that has the master key. */
export function loginOf(masterKey: Buffer, database: string): { user: string; password: string } {
  return {
    user: loginNameOf(database),
    password: derive(masterKey, `keyward database login\0${database}`, 32).toString('base64url'),
  };
}

const derive = (masterKey: Buffer, label: string, length: number) =>
  Buffer.from(hkdfSync('sha256', masterKey, '', label, length));

/** What PostgreSQL keeps of a password (SCRAM-SHA-256, RFC 5803), so that the password itself is in no statement and no log. */
function verifierOf(password: string, salt: Buffer): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const keyed = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(keyed('Client Key')).digest('base64');
  const serverKey = keyed('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

/**
 * Makes the server's login, or sets it as it has to be, and returns its address. The caller holds off other starts. Throws
 * `UnusableDatabaseError` where a running server has made it with another master key.
 */
export async function makeLogin(
  client: pg.Client,
  owner: DatabaseAddress,
  masterKey: Buffer,
): Promise<DatabaseAddress> {
  const database = client.database ?? '';
  const login = loginOf(masterKey, database);
  const address = signedInAs(owner, login);
  const name = pg.escapeIdentifier(login.user);
  const { rows } = await client.query('select from pg_roles where rolname = $1', [login.user]);
  if (rows.length === 0) await client.query(`create role ${name}`);
  else if (!(await canSignIn(address))) await assertUnused(client, login.user);
  // A salt of its own for every login: a pooler that has seen the verifier once can go on using it.
  const verifier = verifierOf(login.password, derive(masterKey, `keyward database salt\0${database}`, 16));
  const place = pg.escapeIdentifier(database);
  // A role may change its own password and what its sessions begin with.
  await client.query(
    `alter role ${name} login inherit connection limit -1 valid until 'infinity' password ${pg.escapeLiteral(verifier)};
     alter role ${name} reset all;
     alter role ${name} in database ${place} reset all`,
  );
  // So that the owner can end its connections, as `drop database … with (force)` does.
  await client.query(`grant ${name} to current_user`);
  return address;
}

async function canSignIn(address: DatabaseAddress): Promise<boolean> {
  try {
    await (await connect(address)).end();
    return true;
  } catch (error) {
    const code = sqlState((error as Error).cause);
    // Who signs in and may not connect has given the right password.
    if (code === '42501') return true;
    if (code?.startsWith('28')) return false;
    throw error;
  }
}

async function assertUnused(client: pg.Client, user: string): Promise<void> {
  const { rows } = await client.query<{ server: string }>(
    String.raw`select application_name as server from pg_stat_activity
      where datname = current_database() and usename = $1 and application_name ~ '^keyward \d+$' limit 1`,
    [user],
  );
  if (rows[0])
    throw new UnusableDatabaseError(
      `A Keyward server (${rows[0].server}) is using this database with another KEYWARD_MASTER_KEY. Give all servers of a database the same one, or stop the others first.`,
    );
}

/**
 * Grants a login the rights of the server, and takes from everyone else that of connecting to the database. Returns whether
 * it is so in the end: not every owner of the tables may do it.
 */
export async function admitLogin(client: pg.Client, user: string): Promise<boolean> {
  const name = pg.escapeIdentifier(user);
  const place = pg.escapeIdentifier(client.database ?? '');
  const before = await readAdmission(client, user);
  const statements = [
    !before.isMember && `grant ${rights} to ${name}`,
    !before.mayConnect && `grant connect on database ${place} to ${name}`,
    before.isOpen && `grant connect on database ${place} to current_user`,
    before.isOpen && `revoke connect, temporary on database ${place} from public`,
  ];
  for (const statement of statements) if (statement) await ifAllowed(client.query(statement));
  const after = await readAdmission(client, user);
  return after.isMember && after.mayConnect && !after.isOpen;
}

interface Admission {
  isMember: boolean;
  /** By a grant of its own. */
  mayConnect: boolean;
  isOpen: boolean;
}

/** What a login may do with this database, and whether everyone may connect to it. */
export async function readAdmission(client: pg.Client, user: string): Promise<Admission> {
  const { rows } = await client.query<Admission>(
    `select pg_has_role($1, $2, 'usage') as "isMember",
       exists (select from aclexplode(datacl) where grantee = to_regrole($3)::oid and privilege_type = 'CONNECT') as "mayConnect",
       has_database_privilege('public', oid, 'connect, temporary') as "isOpen"
     from pg_database where datname = current_database()`,
    [user, rights, pg.escapeIdentifier(user)],
  );
  return rows[0] ?? { isMember: false, mayConnect: false, isOpen: true };
}

async function ifAllowed(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (sqlState(error) !== '42501') throw error;
  });
}
