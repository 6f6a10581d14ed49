import type { Runtime } from '#server/core/access/context.ts';
import { readBearer } from '#server/core/authentication/authenticate.ts';
import type { Door, Exchange } from '#server/doors/http/exchange.ts';
import { startHttpServer, type HttpServer } from '#server/doors/http/server.ts';
import { AppError } from '#server/errors.ts';
import { sameHash, Secret } from '#server/secret.ts';

/** `GET /metrics` for whoever shows the token that is configured; without one there is nothing here. */
export const answerMetrics: Door = async (exchange) => {
  const { req, runtime } = exchange;
  const { token } = runtime.config.metrics;
  if (!token) throw new AppError('not_found', 'There is nothing at this address.');
  const shown = new Secret(readBearer(req.headers.authorization) ?? '');
  if (!sameHash(shown.hash(), token.hash()))
    throw new AppError('token_invalid', 'Send the token of KEYWARD_METRICS_TOKEN as a bearer token.');
  await print(exchange);
};

/** The same on a port of its own that only this machine reaches; asks for the token too, where there is one. */
export async function startMetricsServer(runtime: Runtime, port: number): Promise<HttpServer> {
  const config = { ...runtime.config, host: '127.0.0.1', port, urlIsGiven: true, drainSeconds: 0 };
  const door = config.metrics.token ? answerMetrics : printLocally;
  return startHttpServer({ ...runtime, config }, [['/metrics', door]]);
}

const ownHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** Not for a page whose own name was made to lead to this machine. */
const printLocally: Door = (exchange) => {
  if (!ownHost.test(exchange.req.headers.host ?? ''))
    throw new AppError('bad_request', 'Ask for this as localhost.');
  return print(exchange);
};

async function print({ req, res, facts, runtime }: Exchange): Promise<void> {
  facts.endpoint = 'GET /metrics';
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    res.setHeader('Allow', 'GET, HEAD');
    throw new AppError('method_not_allowed', 'Metrics take GET only.');
  }
  if (!runtime.metrics) throw new AppError('not_found', 'There is nothing at this address.');
  const { type, text } = await runtime.metrics.print();
  res.writeHead(200, { 'Content-Type': type }).end(text);
}
