import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLines } from '#server/core/log/format-lines.ts';

function shown(line: Record<string, unknown>): string {
  let written = '';
  formatLines({ write: (text) => void (written += text) }, false).write(`${JSON.stringify(line)}\n`);
  return written;
}

test('at a terminal a line is a line for people, and what it obeys stays escaped', () => {
  const time = new Date().toISOString();
  assert.match(
    shown({ level: 30, time, msg: 'request', method: 'GET', status: 200 }),
    /^\[\d\d:\d\d:\d\d\] INFO: request \{"method":"GET","status":200\}\n$/,
  );
  const hostile = shown({ level: 50, time, msg: 'a\u001b[2Jb\nc', agent: '\u001b]0;x\u0007' });
  // oxlint-disable-next-line no-control-regex
  assert.doesNotMatch(hostile.slice(0, -1), /[\u0000-\u001f\u007f-\u009f]/);
  assert.match(hostile, /ERROR: a\\u001b\[2Jb\\nc \{"agent"/);
});
