import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { linesOf, LongLineError } from '#server/oversight/audit-seals/archive-file.ts';

/** What is read when these come one after the other. */
async function read(chunks: Iterable<Buffer>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(Readable.from(chunks))) lines.push(line);
  return lines;
}

test('lines are read the same, wherever the chunks end', async () => {
  const bytes = Buffer.from('eins\n\nzwölf\u2028–dreizehn\nEnde');
  for (let size = 1; size <= bytes.length; size++) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size),
    );
    assert.deepEqual(await read(chunks), ['eins', '', 'zwölf\u2028–dreizehn', 'Ende'], `by ${size}`);
  }
});

test('a line of 64 MiB is read without searching it again for each chunk, and a longer one is refused', async () => {
  const chunks = Array<Buffer>(2 ** 12).fill(Buffer.alloc(2 ** 14, '{'));
  const { user: before } = process.cpuUsage();
  const [line] = await read(chunks);
  assert.equal(line?.length, 2 ** 26);
  // Of the processor, whatever else it does: searched anew, it took more than a minute.
  assert.ok(process.cpuUsage().user - before < 4_000_000);
  await assert.rejects(read([...chunks, Buffer.from('{')]), LongLineError);
});
