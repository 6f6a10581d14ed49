import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { findSecretTexts } from '#server/core/secrets/schema.ts';
import { CliError, usage } from './client/errors.ts';
import { childEnvironment } from './terminal/browser.ts';

export interface Finding {
  file: string;
  line: number;
  /** Of the commit that brought it in, where a history was searched. */
  commit?: string;
  /** The whole of it: never printed. */
  secret: string;
}

const skipped = new Set(['.git', 'node_modules']);

/** Every token in a file, or in all files below a folder but git's own and installed packages. */
export async function* scanFiles(start: string): AsyncGenerator<Finding> {
  const found = await stat(start).catch(() => undefined);
  if (!found) throw usage(`There is nothing at ${start}.`);
  if (found.isDirectory()) for await (const file of filesIn(start)) yield* scanFile(file);
  else yield* scanFile(start);
}

/** Links are not followed: what they lead to is either below too, or somewhere else. */
async function* filesIn(folder: string): AsyncGenerator<string> {
  const entries = await opendir(folder).catch(() => undefined);
  if (!entries) return;
  for await (const entry of entries) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory() && !skipped.has(entry.name)) yield* filesIn(full);
    else if (entry.isFile()) yield full;
  }
}

async function* scanFile(file: string): AsyncGenerator<Finding> {
  try {
    yield* scanLines(createReadStream(file), file);
  } catch (error) {
    // Not ours to read, or gone meanwhile.
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
  }
}

export function scanStdin(): AsyncGenerator<Finding> {
  return scanLines(process.stdin, 'stdin');
}

/** As Latin-1: every byte is a character, so no file is unreadable, and a token is ASCII. */
async function* scanLines(input: Readable, file: string): AsyncGenerator<Finding> {
  let line = 1;
  for await (const { text, isWhole } of linesOf(input.setEncoding('latin1'))) {
    for (const found of findSecretTexts(text)) yield { file, line, secret: found.text };
    if (isWhole) line++;
  }
}

/** One character less than a token: none is in it whole, so none is found twice. */
const overlap = 44;
const longestLine = 1_000_000;

/** A line that is too long to be held comes in pieces, which overlap so that no token is cut through. */
async function* linesOf(input: AsyncIterable<unknown>): AsyncGenerator<{ text: string; isWhole: boolean }> {
  let rest = '';
  for await (const chunk of input) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) yield { text, isWhole: true };
    if (rest.length < longestLine) continue;
    yield { text: rest, isWhole: false };
    rest = rest.slice(-overlap);
  }
  yield { text: rest, isWhole: true };
}

/**
 * Whose repository it is nobody knows, and its configuration may name programs: to check signatures, to show differences, to
 * ask what has changed, to fetch objects that are missing. None of them is run. Nor may it hide a line: by replaced objects, or
 * by leaving first commits out.
 */
const gitFlags = [
  '--no-pager',
  '--no-replace-objects',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  'log',
  '--all',
  '--root',
  '--patch',
  '--unified=0',
  '--inter-hunk-context=0',
  '--no-relative',
  '--no-color',
  '--no-show-signature',
  '--no-ext-diff',
  '--no-textconv',
  '--submodule=short',
  '--text',
  '--diff-merges=separate',
  '--no-renames',
];
const gitEnvironment = { GIT_ALLOW_PROTOCOL: 'none', GIT_NO_LAZY_FETCH: '1' };

/** Every token in a line that was ever added, on every branch. */
export async function* scanHistory(folder: string): AsyncGenerator<Finding> {
  const args = ['-C', folder, ...gitFlags, '--format=%x00%H'];
  const env = { ...childEnvironment(), ...gitEnvironment };
  const child = spawn('git', args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null));
    child.on('close', resolve);
  });
  child.stderr.resume();
  yield* readPatches(child.stdout);
  const code = await ended;
  if (code === null) throw new CliError('refused', 'There is no git here.');
  if (code !== 0) throw usage(`${folder} is no git repository that can be read.`);
}

/**
 * An added line may look like the name of a file: how many there are stands at the head of each hunk. Of a line that comes in
 * pieces the first says what it is.
 */
async function* readPatches(output: Readable): AsyncGenerator<Finding> {
  let commit = '';
  let file = '';
  let line = 0;
  let left = 0;
  let isAdded = false;
  let isBeginning = true;
  for await (const { text, isWhole } of linesOf(output.setEncoding('latin1'))) {
    if (isBeginning) isAdded = left > 0 && text.startsWith('+');
    if (isAdded) {
      for (const found of findSecretTexts(text)) yield { file, line, commit, secret: found.text };
      if (isWhole) [line, left] = [line + 1, left - 1];
    } else if (isBeginning) {
      if (text.startsWith('\0')) commit = text.slice(1);
      else if (text.startsWith('+++ ')) file = text.slice(4).replace(/^b\//, '');
      const [, start, count = '1'] = /^@@ \S+ \+(\d+)(?:,(\d+))? @@/.exec(text) ?? [];
      if (start !== undefined) [line, left] = [Number(start), Number(count)];
    }
    isBeginning = isWhole;
  }
}
