import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { startEmbedded } from './embedded.ts';

const isRoot = process.getuid?.() === 0;
const say = () => undefined;

test('a file where the data folder should be is named, and left as it is', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'keyward-file-'));
  const file = path.join(folder, 'file');
  writeFileSync(file, 'kept');
  for (const dataFolder of [file, path.join(file, 'below')])
    await assert.rejects(startEmbedded({ dataFolder, say }), {
      name: 'EmbeddedPostgresError',
      message: `${dataFolder} is not a folder. Set KEYWARD_DATA to one, or remove what is there.`,
    });
  assert.equal(readFileSync(file, 'utf8'), 'kept');
  rmSync(folder, { recursive: true });
});

test(
  'a user without a name is told that PostgreSQL needs one',
  { skip: !isRoot && 'needs to be root' },
  () => {
    const dataFolder = mkdtempSync(path.join(os.tmpdir(), 'keyward-nameless-'));
    const nameless = 54_321;
    chownSync(dataFolder, nameless, nameless);
    const script = `
    import { startEmbedded } from '#db/embedded/embedded.ts';
    process.setgid(${nameless});
    process.setuid(${nameless});
    await startEmbedded({ dataFolder: ${JSON.stringify(dataFolder)}, say() {} }).catch(({ message }) => console.log(message));`;
    const said = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    });
    assert.match(
      said,
      /^PostgreSQL needs a user with a name, and Keyward runs as the number 54321, .+DATABASE_URL/,
    );
    rmSync(dataFolder, { recursive: true });
  },
);
