import { randomUUIDv7 } from 'node:crypto';
import { once } from 'node:events';
import type { Config } from '#server/config.ts';
import { presetHeaders, sendJson, sendProblem, sendProblemPage } from '#server/doors/http/answer.ts';
import { noUpgrades, openListener } from '#server/doors/http/listen.ts';
import { acceptsHtml, readTarget, splitUrl } from '#server/doors/http/request.ts';
import { AppError } from '#server/errors.ts';

const health: Record<string, [status: number, body: object]> = {
  '/healthz': [200, { status: 'ok' }],
  '/readyz': [503, { status: 'unavailable', checks: { database: false } }],
};

/** Answers in place of a server whose database is not there yet: it runs, and can do nothing. */
export async function openWaitingRoom(config: Config): Promise<AsyncDisposable> {
  const server = await openListener(
    config,
    (req, res) => {
      const requestId = randomUUIDv7();
      presetHeaders(res, config, requestId);
      // Whoever asks again finds the server itself.
      res.setHeader('Connection', 'close');
      const [status, body] = health[splitUrl(readTarget(req.url ?? '/').url).path] ?? [];
      if (status) return sendJson(res, status, body);
      const why = 'The database is not there yet. Try again in a few seconds.';
      const send = acceptsHtml(req) ? sendProblemPage : sendProblem;
      send(res, new AppError('unavailable', why), requestId);
    },
    noUpgrades,
  );
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
