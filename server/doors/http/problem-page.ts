import { createHash } from 'node:crypto';
import type { Problem } from '#server/core/procedures/problem.ts';
import { escapeHtml } from '#server/escape-html.ts';

const style = `:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-content:center;padding:24px;box-sizing:border-box;font:15px/1.5 system-ui,sans-serif}
main{max-width:34rem}h1{font-size:1.4rem;line-height:1.3;margin:0 0 8px}p{margin:0 0 8px}small{opacity:.7;overflow-wrap:anywhere}`;

const hash = createHash('sha256').update(style).digest('base64');

/** Nothing from anywhere but the style that stands in the page. */
export const problemPagePolicy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** A refusal as a person reads it. It needs no file of the web app, which may be what is missing. */
export function writeProblemPage({ title, detail, requestId }: Problem): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Keyward</title>
<style>${style}</style>
<main>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(detail)}</p>
<p><a href="">Try again</a></p>
<small>Request ${escapeHtml(requestId)}</small>
</main>
</html>
`;
}
