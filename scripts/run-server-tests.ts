import { existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { installPrograms, testPrograms } from './install-programs.ts';
import { shareProcesses } from './share-processes.ts';
import type { TestCounts } from './tally.ts';
import { findNode, readText, root, runAttached } from './workplace.mjs';

const CLUSTER = 'server/testing/cluster.ts';

/** `files` as given on the command line, or every test that is not a journey. */
export async function runServerTests(files: string[]): Promise<TestCounts> {
  await installPrograms(testPrograms);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'keyward-tests-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const tally = path.join(folder, 'tally.json');
  const flags = [
    '--import=./scripts/resolve-once.mjs',
    // One more than there are cores, for the tests that wait.
    `--test-concurrency=${os.availableParallelism() + 1}`,
    '--test-timeout=60000',
    ...(existsSync(path.join(root, CLUSTER)) ? [`--test-global-setup=${CLUSTER}`] : []),
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=./scripts/tally-reporter.ts',
    `--test-reporter-destination=${tally}`,
  ];
  const tests = files.length > 0 ? files : writeGroups(folder);
  const code = await runAttached(findNode(), ['--test', ...flags, ...tests]);
  const { passed, failed } = JSON.parse(readText(tally) || '{"passed":0,"failed":1}') as TestCounts;
  return { passed, failed: code === 0 ? failed : Math.max(1, failed) };
}

/** For each process that is shared, a file that imports what it runs. */
function writeGroups(folder: string): string[] {
  const tests = globSync('{server,db,scripts,trust,cli,components}/**/*.test.ts', { cwd: root }).toSorted();
  const fullPath = (test: string) => path.join(root, test);
  const groups = shareProcesses(tests, (test) => readText(fullPath(test)));
  return groups.map((group, index) => {
    const file = path.join(folder, `${index}.test.ts`);
    const imports = group.map((test) => `import '${pathToFileURL(fullPath(test)).href}';\n`);
    writeFileSync(file, imports.join(''));
    return file;
  });
}
