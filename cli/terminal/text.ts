import { stripVTControlCharacters } from 'node:util';

/** Control characters (an escape sequence begins with one) and what turns text round or is not seen, but for the joiners. */
const unsafe = /(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const unseen = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const wide =
  /^(?:\p{Emoji_Presentation}|\p{RGI_Emoji}|[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF01-\uFF60\uFFE0-\uFFE6])/v;
const segmenter = new Intl.Segmenter();

/** Text that others wrote, fit to be printed on a terminal: nothing in it can move the cursor, colour or hide anything. */
export function clean(text: string): string {
  return text.replace(unsafe, (found) => (/\s/.test(found) ? ' ' : ''));
}

/** JSON for people and programs: what `JSON.stringify` leaves as it is, but a terminal might obey, is written as `\u…`. */
export function cleanJson(value: unknown): string {
  return escapeUnseen(JSON.stringify(value, null, 2));
}

export function cleanJsonLine(value: unknown): string {
  return escapeUnseen(JSON.stringify(value));
}

function escapeUnseen(json: string): string {
  return json.replace(/[\u007F-\u009F]|(?!\u200C|\u200D)\p{Cf}/gu, (found) =>
    Array.from(
      { length: found.length },
      (_, at) => String.raw`\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** How many columns a text takes on a terminal; our own colours take none. */
export function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(stripVTControlCharacters(text)))
    width += widthOfCharacter(segment);
  return width;
}

function widthOfCharacter(segment: string): number {
  if (unseen.test(segment)) return 0;
  return wide.test(segment) ? 2 : 1;
}

/** Cut to so many columns, with an ellipsis where something was cut. */
export function fit(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += widthOfCharacter(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** Filled up with spaces to so many columns. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Broken into lines of at most so many columns, between words; a longer word stays whole, so that it can be copied. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line];
}

/** The same, with all lines but the first set in by as much as stands before it. */
export function hang(text: string, before: number, room: number): string {
  return wrap(text, Math.max(16, room - before)).join(`\n${' '.repeat(before)}`);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `48 kB`, `1.2 MB`. */
export function sizeOf(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
