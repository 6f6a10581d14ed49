import type { CallOptions } from '#server/testing/caller.ts';
import type { ServerProcess } from '#server/testing/process.ts';
import { doorPrefixes, everyChange, everyRead } from '#trust/every-call.ts';
import { inTurns } from '#trust/in-turns.ts';
import type { TrustPromise } from '#trust/promise.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
/** Who somebody says they are, when they are not. */
const strangers: CallOptions[] = [{}, { token: 'x' }, { cookie: 'keyward_session=x' }];
const types = ['application/json', 'multipart/form-data; boundary=x', 'x'];
/** More than one procedure, and none. */
const oddPaths = ['/trpc/live.changes,sessions.me?batch=1', '/trpc/sessions.me,', '/trpc/,', '/trpc/x'];

const paths = [
  ...new Set([
    ...doorPrefixes,
    ...oddPaths,
    ...[...everyRead({}), ...everyChange({})].map(({ path }) => path.split('?', 1)[0] ?? path),
  ]),
];
const requests = paths.flatMap((path, at) =>
  methods.flatMap((method) =>
    strangers.map((who, turn) => {
      const type = types[(at + turn) % types.length] ?? 'x';
      return { call: `${method} ${path}`, options: { ...who, headers: { 'Content-Type': type } } };
    }),
  ),
);

/** What went wrong at a server: requests without an answer or with a 500, and faults that it logged. */
async function faultsOf(server: ServerProcess): Promise<string[]> {
  const answers = await inTurns(requests, async ({ call, options }) => {
    const status = await server.send(call, options).then(
      (answer) => answer.status,
      () => 0,
    );
    return { call, status };
  });
  const wrong = answers.filter(({ status }) => status === 0 || status === 500);
  const logged = server.printed().match(/^.*"level":[56]0.*$/gm) ?? [];
  return [...wrong.map(({ call, status }) => `${call}: ${status || 'no answer'}`), ...logged];
}

export const promise: TrustPromise = {
  id: 'S15-doors',
  name: 'no method, type or credential that a door does not expect ends a server, or is a fault of its own',
  threshold: '0 faults',
  isFast: true,
  async check(stage) {
    await using open = await stage.another();
    await using limited = await stage.another({ KEYWARD_ADDRESS_RATE_LIMIT: '1/5' });
    const faults = [...(await faultsOf(open)), ...(await faultsOf(limited))];
    const first = faults[0] && ` (${faults[0].slice(0, 200)})`;
    return {
      measured: `${faults.length} faults in ${2 * requests.length} requests${first ?? ''}`,
      holds: faults.length === 0,
    };
  },
  control: {
    without: 'waiting for a refusal that tRPC does not ask for',
    patches: [
      {
        file: 'server/doors/trpc/door.ts',
        find: 'await opened.catch(() => {});',
        replace: '',
      },
    ],
  },
};
