import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import sirv from 'sirv';
import type { Exchange } from '#server/http/exchange.ts';

/** The web app as Next exported it: pages with the policies that their own scripts need, and the files that they load. */
export interface StaticExport {
  /** Sends a page by its name (`login`, `404`); false where there is none. */
  sendPage(exchange: Exchange, name: string, status: number): boolean;
  /** Sends a file; calls `otherwise` where there is none. */
  sendFile(exchange: Exchange, otherwise: () => void): void;
  /** Takes a request for a WebSocket: only while developing, when pages reload themselves. */
  upgrade?(req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

interface Page {
  html: Buffer;
  /** The same compressed, by the name of the encoding in HTTP, best first. */
  bodies: Map<string, Buffer>;
  policy: string;
}

const noPages: StaticExport = { sendPage: () => false, sendFile: (_, otherwise) => otherwise() };

const inlineScript = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;

/** Reads the folder once: it changes with the version only. Without one there are no pages. */
export async function openStaticExport(folder: string | undefined): Promise<StaticExport> {
  if (folder === undefined || !existsSync(folder)) return noPages;
  const names = await Array.fromAsync(glob('**/*.html', { cwd: folder }));
  const pages = new Map<string, Page>();
  for (const name of names) {
    pages.set(name.slice(0, -'.html'.length), await readPage(join(folder, name)));
  }
  const files = sirv(folder, { etag: true, gzip: true, brotli: true, extensions: [], setHeaders });
  return {
    sendPage({ req, res }, name, status) {
      const page = pages.get(name);
      if (!page) return false;
      res.setHeader('Content-Security-Policy', page.policy);
      res.setHeader('Cache-Control', 'no-cache');
      res.setHeader('Vary', 'Accept-Encoding');
      const accepted = req.headers['accept-encoding'] ?? '';
      const [encoding, body] = [...page.bodies].find(([known]) => accepted.includes(known)) ?? [
        undefined,
        page.html,
      ];
      if (encoding) res.setHeader('Content-Encoding', encoding);
      res.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': body.length });
      res.end(req.method === 'HEAD' ? undefined : body);
      return true;
    },
    sendFile({ req, res }, otherwise) {
      files(req, res, otherwise);
    },
  };
}

/** The build puts a `.br` and a `.gz` beside each page. */
async function readPage(file: string): Promise<Page> {
  const html = await readFile(file);
  const bodies = new Map<string, Buffer>();
  if (existsSync(`${file}.br`)) bodies.set('br', await readFile(`${file}.br`));
  if (existsSync(`${file}.gz`)) bodies.set('gzip', await readFile(`${file}.gz`));
  return { html, bodies, policy: contentSecurityPolicy(html.toString()) };
}

/** Nothing from elsewhere, no script but our files and the ones that stand in this very page. */
export function contentSecurityPolicy(html: string): string {
  const hashes = [...html.matchAll(inlineScript)].map(([, script = '']) => {
    return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
  });
  return [
    "default-src 'none'",
    ["script-src 'self'", ...new Set(hashes)].join(' '),
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** What has its content's hash in its name never changes. */
function setHeaders(res: ServerResponse, path: string): void {
  const isHashed = path.startsWith('/_next/static/');
  res.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
}
