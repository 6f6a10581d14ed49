import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lookup } from 'mrmime';
import type { Door, Exchange } from '#server/doors/http/exchange.ts';
import { etagOf, forGood, sendFile, type SentFile } from '#server/doors/pages/send-file.ts';

/** The web app as Next exported it: pages with the policies that their own scripts need, and the files that they load. */
export interface StaticExport {
  /** Sends a page by its name (`login`, `404`); false where there is none. */
  sendPage(exchange: Exchange, name: string, status: number): boolean;
  /** Sends a file; false where there is none. */
  sendFile(exchange: Exchange): boolean;
  /** Only while developing, when pages reload themselves. */
  upgrade?: Door;
}

const noPages: StaticExport = { sendPage: () => false, sendFile: () => false };
/** mrmime knows no `.ico`. */
const typeOf = (name: string) =>
  name.endsWith('.ico') ? 'image/x-icon' : (lookup(name) ?? 'application/octet-stream');

const encodings = { br: '.br', gzip: '.gz' } as const;
const inlineScript = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;

/**
 * Reads the folder into memory, once: a few megabytes that change with the version only. So no request opens a file, and a
 * build that replaces the folder under a running server disturbs nobody.
 */
export async function openStaticExport(folder: string | undefined): Promise<StaticExport> {
  if (folder === undefined || !existsSync(folder)) return noPages;
  const names = await Array.fromAsync(glob('**/*.*', { cwd: folder }));
  const plain = names.filter((name) => !/\.(br|gz)$/.test(name) && !name.startsWith('.'));
  const files = new Map<string, SentFile>();
  for (const name of plain) files.set(name, await readSentFile(join(folder, name), name));
  const policies = new Map<string, string>();
  for (const [name, { body }] of files)
    if (name.endsWith('.html')) policies.set(name, contentSecurityPolicy(body.toString()));

  return {
    sendPage(exchange, name, status) {
      const file = files.get(`${name}.html`);
      if (!file) return false;
      exchange.res.setHeader('Content-Security-Policy', policies.get(`${name}.html`) ?? '');
      sendFile(exchange, file, { status });
      return true;
    },
    sendFile(exchange) {
      const name = exchange.path.slice(1);
      const file = files.get(name);
      if (!file || name.endsWith('.html')) return false;
      sendFile(exchange, file, name.startsWith('_next/static/') ? { caching: forGood } : {});
      return true;
    },
  };
}

async function readSentFile(path: string, name: string): Promise<SentFile> {
  const body = await readFile(path);
  const compressed = new Map<string, Buffer>();
  for (const [encoding, ending] of Object.entries(encodings)) {
    if (existsSync(path + ending)) compressed.set(encoding, await readFile(path + ending));
  }
  return { body, compressed, type: contentType(name), etag: etagOf(body) };
}

function contentType(name: string): string {
  const type = typeOf(name);
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type;
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
