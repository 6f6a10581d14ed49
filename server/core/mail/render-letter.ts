import type { Letter } from '#server/core/mail/schema.ts';
import { escapeHtml } from '#server/escape-html.ts';

export interface RenderedLetter {
  subject: string;
  text: string;
  html: string;
}

/** A letter as plain text and as HTML that says the same. `origin`: the address of this Keyward, named at the end. */
export function renderLetter(letter: Letter, origin: string): RenderedLetter {
  return { subject: letter.subject, text: renderText(letter, origin), html: renderHtml(letter, origin) };
}

function renderText({ lines, action, after = [] }: Letter, origin: string): string {
  const link = action ? [`${action.label}:\n${action.url}`] : [];
  return [...lines, ...link, ...after, `-- \nKeyward, ${origin}`].join('\n\n');
}

const font = 'font-family:-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif';

/** No pictures and no style sheet: nothing is fetched when it is read, and what strips styles leaves it readable. */
function renderHtml({ subject, lines, action, after = [] }: Letter, origin: string): string {
  const paragraphs = lines.map((line) => paragraph(line, 'font-size:15px;line-height:23px'));
  const small = after.map((line) => paragraph(line, 'font-size:13px;line-height:20px;opacity:.75'));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(subject)}</title>
</head>
<body style="margin:0;padding:32px 16px;${font}">
<main style="display:block;max-width:520px;margin:0 auto">
<p style="margin:0 0 20px;font-size:13px;line-height:20px;font-weight:600;opacity:.75">Keyward</p>
<h1 style="margin:0 0 16px;font-size:20px;line-height:28px;font-weight:600;overflow-wrap:anywhere">${escapeHtml(subject)}</h1>
${[...paragraphs, ...(action ? [button(action)] : []), ...small].join('\n')}
<p style="margin:32px 0 0;padding-top:16px;border-top:1px solid #8884;font-size:12px;line-height:18px;opacity:.75">Keyward, ${escapeHtml(origin)}</p>
</main>
</body>
</html>
`;
}

function paragraph(text: string, style: string): string {
  return `<p style="margin:0 0 16px;overflow-wrap:anywhere;${style}">${escapeHtml(text)}</p>`;
}

/** The address stands under the button too, for who wants to see where it leads. */
function button({ label, url }: { label: string; url: string }): string {
  const href = escapeHtml(url);
  return `<p style="margin:24px 0"><a href="${href}" style="display:inline-block;padding:10px 18px;border-radius:8px;background:#4f46e5;color:#ffffff;font-size:15px;font-weight:600;text-decoration:none">${escapeHtml(label)}</a></p>
<p style="margin:0 0 24px;font-size:12px;line-height:18px;word-break:break-all;opacity:.75">${href}</p>`;
}
