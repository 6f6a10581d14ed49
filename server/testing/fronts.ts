import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, programOf, startProgram, type Program } from '#server/testing/program.ts';

/** Where a proxy keeps what it writes, and where it listens. */
export interface Place {
  folder: string;
  port: number;
}

export async function placeOfFront(): Promise<Place & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'keyward-proxy-'));
  // The workers of an nginx that root starts are somebody else.
  await chmod(folder, 0o711);
  const port = await freePort();
  return { folder, port, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** Runs what goes into the block `http`. */
export async function startNginx(config: string, { folder, port }: Place): Promise<Program> {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n');
  const main = `pid ${folder}/pid;\nerror_log ${folder}/error.log;\nevents {}\nhttp {\naccess_log off;\n${paths}\n${config}\n}\n`;
  await writeFile(join(folder, 'main.conf'), main);
  const args = ['-c', join(folder, 'main.conf'), '-p', folder, '-g', 'daemon off;'];
  return startProgram(programOf('nginx'), args, { port });
}

export async function startCaddy(config: string, { folder, port }: Place): Promise<Program> {
  const path = join(folder, 'Caddyfile');
  await writeFile(path, `{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n${config}`);
  const args = ['run', '--config', path, '--adapter', 'caddyfile'];
  return startProgram(programOf('caddy'), args, { port, home: folder });
}
