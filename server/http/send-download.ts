import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Download } from '#server/access/download.ts';
import { AppError } from '#server/errors.ts';
import type { Exchange } from '#server/http/exchange.ts';

/** Sends a download as fast as it is read, and lets it end where whoever asked for it has gone. */
export async function sendDownload(
  { runtime, req, res, facts }: Exchange,
  download: Download,
): Promise<void> {
  const parts = download.body[Symbol.asyncIterator]();
  // What fails at once is refused while there still is a status; who looks at the head only begins nothing.
  const first = req.method === 'HEAD' ? undefined : await parts.next();
  // Whoever has gone meanwhile is nobody to break off for.
  if (res.destroyed) return void (await parts.return?.());
  res.setHeader('Content-Disposition', `attachment; filename="${download.fileName}"`);
  res.writeHead(200, { 'Content-Type': download.type });
  if (!first) return void res.end();
  try {
    await pipeline(Readable.from(goOn(first, parts)), res);
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
