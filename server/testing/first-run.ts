import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureCliBuilt } from '#scripts/build-cli.mjs';
import { bareEnvironment } from '#server/testing/bare-environment.ts';
import { goodPassword } from '#server/testing/person.ts';

export interface FirstRun extends AsyncDisposable {
  lines: number;
  /** What it printed on stdout. */
  said: string;
  /** Of a file that it left. */
  read(name: string): Promise<string>;
}

const fromRoot = (file: string) => new URL(`../../${file}`, import.meta.url);

/** Runs the first block of shell of a document, line by line, with these in the place of its examples. Throws what failed. */
export async function followFirstRun(
  document: string,
  { origin, token, email, tools = '' }: { origin: string; token: string; email: string; tools?: string },
): Promise<FirstRun> {
  await ensureCliBuilt();
  const text = await readFile(fromRoot(document), 'utf8');
  const script = (/```sh\n([^]*?)```/.exec(text)?.[1] ?? '').trim();
  const filledIn = script
    .replace('http://localhost:3000', origin)
    .replace('kw_pat_…', token)
    .replace('you@example.com', email)
    .replace('https://tools.example.com/mcp', tools);
  const folder = await mkdtemp(path.join(tmpdir(), 'keyward-docs-'));
  const drop = () => rm(folder, { recursive: true, force: true });
  try {
    return {
      lines: script.split('\n').length,
      said: await runIn(folder, filledIn),
      read: (name) => readFile(path.join(folder, name), 'utf8'),
      [Symbol.asyncDispose]: drop,
    };
  } catch (error) {
    await drop();
    throw error;
  }
}

async function runIn(folder: string, script: string): Promise<string> {
  const program = path.join(folder, 'keyward');
  const cli = fromRoot('out-cli/keyward.mjs').pathname;
  await writeFile(program, `#!/bin/sh\nexec ${process.execPath} ${cli} "$@"\n`);
  await chmod(program, 0o755);
  const bare = bareEnvironment();
  const env = { ...bare, HOME: folder, PATH: `${folder}:${bare.PATH ?? ''}` };
  return await new Promise<string>((resolve, reject) => {
    const child = execFile('bash', ['-ec', script], { cwd: folder, env }, (error, stdout, stderr) =>
      error ? reject(new Error(`${error.message}\n${stderr}`)) : resolve(stdout),
    );
    child.stdin?.end(goodPassword);
  });
}
