import { sendJson } from '#server/http/answer.ts';
import type { Door } from '#server/http/exchange.ts';

/** Whether the process runs. */
export const answerHealth: Door = ({ res }) => sendJson(res, 200, { status: 'ok' });

/** Whether it can work: the database answers with the schema that this server brought it to. */
export const answerReadiness: Door = async ({ runtime, res }) => {
  const ready = await runtime.pool.query('select count(*) from schema_migrations').then(
    () => true,
    () => false,
  );
  sendJson(res, ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable', checks: { database: ready } });
};
