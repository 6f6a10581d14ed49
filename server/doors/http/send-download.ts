import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TurnRefusedError } from '#db/turns.ts';
import type { Download } from '#server/core/procedures/download.ts';
import { callLimits } from '#server/doors/http/admission.ts';
import { releaseHeld, type Exchange } from '#server/doors/http/exchange.ts';
import { AppError } from '#server/errors.ts';

/**
 * Sends a download as fast as it is read, and lets it end where whoever asked for it has gone. For as long as that takes it
 * counts among the caller's downloads, and no longer among their calls. Throws `rate_limited`.
 */
export async function sendDownload(exchange: Exchange, download: Download): Promise<void> {
  const { runtime, caller } = exchange;
  const release = await Promise.resolve(runtime.admission.downloads.take(caller.key)).catch(refuseMore);
  releaseHeld(exchange);
  try {
    await send(exchange, download);
  } finally {
    release();
  }
}

function refuseMore(error: unknown): never {
  if (!(error instanceof TurnRefusedError)) throw error;
  throw new AppError(
    'rate_limited',
    `${callLimits.downloads} downloads of yours run already. Wait for one of them to end.`,
  );
}

async function send({ runtime, req, res, facts }: Exchange, download: Download): Promise<void> {
  const parts = download.body[Symbol.asyncIterator]();
  // What fails at once is refused while there still is a status; who looks at the head only begins nothing.
  const first = req.method === 'HEAD' ? undefined : await parts.next();
  // Whoever has gone meanwhile is nobody to break off for.
  if (res.destroyed) return void (await parts.return?.());
  res.setHeader('Content-Disposition', `attachment; filename="${download.fileName}"`);
  res.writeHead(200, { 'Content-Type': download.type });
  if (!first) return void res.end();
  try {
    // A page of megabytes is one item here: sixteen read ahead, as is usual, would be held for each who reads slowly.
    await pipeline(Readable.from(goOn(first, parts), { highWaterMark: 1 }), res);
  } catch (error) {
    const isGone = (error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE';
    const level = error instanceof AppError ? 'warn' : 'error';
    if (!isGone) runtime.log[level]({ err: error, requestId: facts.id }, 'a download broke off');
  }
}

async function* goOn(first: IteratorResult<string>, parts: AsyncIterator<string>): AsyncGenerator<string> {
  try {
    for (let part = first; !part.done; part = await parts.next()) yield part.value;
  } finally {
    await parts.return?.();
  }
}
