import type { Runtime } from '#server/core/access/context.ts';
import { sendJson } from '#server/doors/http/answer.ts';
import type { Door } from '#server/doors/http/exchange.ts';

/** Whether the process runs. */
export const answerHealth: Door = ({ res }) => sendJson(res, 200, { status: 'ok' });

/**
 * Whether it should be sent requests: the database answers with the schema that this server brought it to, what it says is
 * heard, and nobody asked the server to stop.
 */
export const answerReadiness: Door = async ({ runtime, res, isLeaving }) => {
  const database = await hasDatabase(runtime);
  const checks = { database, listener: !runtime.hub.isDeaf(), staying: !isLeaving };
  const isReady = Object.values(checks).every(Boolean);
  const sealing = describeSealing(runtime);
  sendJson(res, isReady ? 200 : 503, { status: isReady ? 'ok' : 'unavailable', checks, sealing });
};

/** No reason to send requests elsewhere: that would stop the service of all servers with the sealing. */
function describeSealing({ seals: { watch, troubles } }: Runtime) {
  return {
    oldestUnsealedSeconds: Math.round(watch.oldestUnsealedSeconds()),
    troubles: troubles.list().map(({ kind }) => kind),
  };
}

const asking = new WeakMap<Runtime, Promise<boolean>>();

/** However many ask at once, the database is asked once. */
function hasDatabase(runtime: Runtime): Promise<boolean> {
  const asked = asking.get(runtime);
  if (asked) return asked;
  const answer = runtime.pool
    .query('select count(*) from schema_migrations')
    .then(
      () => true,
      () => false,
    )
    .finally(() => asking.delete(runtime));
  asking.set(runtime, answer);
  return answer;
}
