import type { Caller } from '#server/testing/caller.ts';
import { inTurns } from '#trust/in-turns.ts';
import type { TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';

const calls = 400;
/** A minute of the check may end in the middle of it, and the gathered rows of each kind come on top. */
const rowsAtMost = 2 * 100 + 10;
/** Moves to another network are counted by the hour. */
const movesAtMost = 11;
const usesAtMost = 51;

/** An address that no other call of this check has, each in a network of its own. */
const elsewhere = (n: number) => `2001:db8:${(n + 1).toString(16)}::1`;
const times = [...Array(calls).keys()];

interface Flood {
  /** The credential by which it can be found in the log. */
  credentialId: string;
  send(n: number): Promise<unknown>;
}

/** Each way in which one caller can have rows written without changing anything, with ever new words and addresses. */
async function openFloods({ ada, join }: Stage, caller: Caller): Promise<Flood[]> {
  const member = await join('member');
  const [narrow, revoked, reader] = [
    await member.createToken({ name: 'narrow', permissions: ['profile:read'] }),
    await member.createToken({ name: 'revoked' }),
    await ada.createToken({ name: 'reader' }),
  ];
  await member.revokeToken(revoked.credential.id);
  const from = (n: number) => ({ 'X-Forwarded-For': elsewhere(n) });
  const by = ({ token, credential }: typeof narrow, call: (n: number) => string): Flood => ({
    credentialId: credential.id,
    send: (n) => caller.send(call(n), { token, headers: from(n) }),
  });
  const identify = (n: number) =>
    caller.send('POST /api/v1/admin/tokens/identify', { token: reader.token, body: { text: `leak ${n}` } });
  return [
    by(narrow, () => 'GET /api/v1/me'),
    by(narrow, (n) => (n % 2 ? 'GET /api/v1/users' : 'GET /api/v1/audit')),
    by(revoked, () => 'GET /api/v1/me'),
    by(reader, (n) => `GET /api/v1/audit?search=word${n}`),
    by(reader, () => 'GET /api/v1/audit/export?format=csv&search=nothing'),
    { credentialId: reader.credential.id, send: identify },
  ];
}

interface Found {
  rows: number;
  moves: number;
  uses: number;
}

async function countRows({ sql }: Stage, credentialId: string): Promise<Found> {
  const [found] = await sql<Found>(
    `select (select count(*)::int from audit_events where credential_id = $1 and action <> 'credential.new_ip') as rows,
       (select count(*)::int from audit_events where credential_id = $1 and action = 'credential.new_ip') as moves,
       (select count(*)::int from credential_use where credential_id = $1) as uses`,
    [credentialId],
  );
  return found ?? { rows: Number.NaN, moves: Number.NaN, uses: Number.NaN };
}

export const promise: TrustPromise = {
  id: 'S38-rows',
  name: 'one caller adds no more than 100 rows a minute that belong to no change, regardless of content and address',
  threshold: `${rowsAtMost} rows, ${movesAtMost} moves and ${usesAtMost} rows of use, of ${calls} calls in each of 6 ways`,
  isFast: true,
  async check(stage) {
    const credentials = new Set<string>();
    {
      // What is gathered is written when it has stopped.
      await using server = await stage.another({ KEYWARD_RATE_LIMIT: 'off' });
      for (const flood of await openFloods(stage, server)) {
        credentials.add(flood.credentialId);
        await inTurns(times, flood.send);
      }
    }
    const found = await Promise.all([...credentials].map((id) => countRows(stage, id)));
    const most = (what: keyof Found) => Math.max(...found.map((one) => one[what]));
    const [rows, moves, uses] = [most('rows'), most('moves'), most('uses')];
    return {
      measured: `${rows} rows, ${moves} moves, ${uses} rows of use`,
      holds: rows > 0 && moves > 0 && rows <= rowsAtMost && moves <= movesAtMost && uses <= usesAtMost,
    };
  },
  control: [
    {
      without: 'an allowance of rows for each caller',
      replaced: ['callers-fill-the-log'],
    },
    {
      without: 'an allowance of moves for each credential',
      replaced: ['moves-fill-the-log'],
    },
  ],
};
