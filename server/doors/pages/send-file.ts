import { hash } from 'node:crypto';
import type { Exchange } from '#server/doors/http/exchange.ts';

export interface SentFile {
  body: Buffer;
  type: string;
  etag: string;
  /** The same compressed, by the name of the encoding in HTTP, best first. */
  compressed?: Map<string, Buffer>;
}

/** For what has its content's hash in its address, and so never changes. */
export const forGood = 'public, max-age=31536000, immutable';

export function etagOf(body: Buffer): string {
  return `"${hash('sha256', body, 'base64url').slice(0, 22)}"`;
}

/** Sends a file whole, or says that whoever asks has it. */
export function sendFile(
  { req, res }: Exchange,
  file: SentFile,
  { status = 200, caching = 'no-cache' }: { status?: number; caching?: string } = {},
): void {
  res.setHeader('Cache-Control', caching);
  res.setHeader('ETag', file.etag);
  if (file.compressed) res.setHeader('Vary', 'Accept-Encoding');
  if (status === 200 && req.headers['if-none-match'] === file.etag) return void res.writeHead(304).end();
  const accepted = req.headers['accept-encoding'] ?? '';
  const [encoding, body] = [...(file.compressed ?? [])].find(([known]) => accepted.includes(known)) ?? [];
  if (encoding) res.setHeader('Content-Encoding', encoding);
  const sent = body ?? file.body;
  res.writeHead(status, { 'Content-Type': file.type, 'Content-Length': sent.length });
  res.end(req.method === 'HEAD' ? undefined : sent);
}
