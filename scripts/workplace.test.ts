import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { alone, assertUsableFolder, root, runQuietly, StepError } from './workplace.mjs';

const locks = path.join(root, '.next', 'cache');

/** Another process that does a step alone. Says from when to when. */
async function takeTurn(name: string, milliseconds: number): Promise<string> {
  const script = `
    import { alone } from './scripts/workplace.mjs';
    await alone('${name}', async () => {
      const from = Date.now();
      await new Promise((resolve) => setTimeout(resolve, ${milliseconds}));
      console.log(JSON.stringify([from, Date.now()]));
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { cwd: root });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return said.toString();
}

test('two processes that want to do the same step take turns', async () => {
  const turns = await Promise.all([takeTurn('test-turns', 200), takeTurn('test-turns', 200)]);
  const [first, second] = turns
    .map((turn) => JSON.parse(turn) as [number, number])
    .toSorted(([a], [b]) => a - b);
  assert.ok(first && second && first[1] <= second[0], turns.join());
});

test('the lock of a process that was killed counts for nothing', async () => {
  const gone = spawn('true');
  await once(gone, 'exit');
  mkdirSync(locks, { recursive: true });
  writeFileSync(path.join(locks, 'test-dead.lock'), String(gone.pid));
  assert.equal(await alone('test-dead', () => Promise.resolve('done')), 'done');
});

test('a step that fails shows what its program printed, one that succeeds is silent', async () => {
  await runQuietly(process.execPath, ['--eval', 'console.log("fine")']);
  const failing = runQuietly(process.execPath, ['--eval', 'console.log("the reason"); process.exit(3)']);
  await assert.rejects(
    failing,
    (error) => error instanceof StepError && /the reason[^]*failed \(3\)/.test(error.message),
  );
});

test('a folder in whose path no build would end is refused before it begins', () => {
  for (const character of '#*$"`\\')
    assert.throws(
      () => assertUsableFolder(`/srv/key${character}ward`),
      (error) =>
        error instanceof StepError && error.message.includes(`the character ${character} in its path`),
    );
  assert.doesNotThrow(() => assertUsableFolder("/srv/Ada's desk (1)/key%20ward?/größe&;"));
});

test('a library that the system lacks is named with what installs it, before what was printed', async () => {
  const said = 'node: error while loading shared libraries: libatomic.so.1: cannot open shared object file';
  await assert.rejects(
    runQuietly(process.execPath, ['--eval', `console.error(${JSON.stringify(said)}); process.exit(127)`]),
    (error) =>
      error instanceof StepError &&
      /^This system has no libatomic\.so\.1,.* apt-get install libatomic1\.\n\nnode: error/.test(
        error.message,
      ),
  );
});
