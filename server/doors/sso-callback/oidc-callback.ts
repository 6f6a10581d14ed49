import { openCtx, type Exchange } from '#server/doors/http/exchange.ts';
import { AppError } from '#server/errors.ts';
import { callbackPath, completeOidc } from '#server/people/sso/commands.ts';

/** Where the issuer sends a browser back to; it goes on to a page. */
export async function answerOidcCallback(exchange: Exchange): Promise<void> {
  if (exchange.req.method !== 'GET') {
    exchange.res.setHeader('Allow', 'GET');
    throw new AppError('method_not_allowed', 'The issuer sends browsers here by GET.');
  }
  exchange.facts.endpoint = `GET ${callbackPath}`;
  const path = await completeOidc(await openCtx(exchange), exchange.query);
  exchange.res.writeHead(302, { Location: path }).end();
}
