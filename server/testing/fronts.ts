import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, hasCertificate, programOf, startProgram, type Program } from '#server/testing/program.ts';

/** Where a proxy keeps what it writes, and where it listens. */
export interface FrontAddress {
  folder: string;
  port: number;
}

export type ProxyName = 'nginx' | 'caddy';

const docs = new URL('../../docs/', import.meta.url);
const files = { nginx: 'nginx.conf', caddy: 'caddyfile' } as const;
/** The host that the files of `docs/fronts` name. */
export const frontHost = 'desk.example.com';

export async function placeOfFront(): Promise<FrontAddress & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'keyward-proxy-'));
  // The workers of an nginx that root starts are somebody else.
  await chmod(folder, 0o711);
  const port = await freePort();
  return { folder, port, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * Starts what `docs/proxies` has: in front of a service, asking the Keyward at an origin. The file is run as it stands, with
 * nothing changed but addresses, and the query that asks for something.
 */
export async function startProxy(
  name: ProxyName,
  place: FrontAddress,
  { keyward, service, asking = '' }: { keyward: string; service: number; asking?: string },
): Promise<Program> {
  const config = (await readFile(new URL(`proxies/${files[name]}`, docs), 'utf8'))
    .replaceAll('127.0.0.1:3000', new URL(keyward).host)
    .replace(/(?<=\/api\/v1\/auth\/forward)\??(?=;|\n)/, (asksNothing) => asking || asksNothing)
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${service}`)
    .replaceAll('127.0.0.1:8000', `127.0.0.1:${place.port}`);
  return name === 'nginx' ? startNginx(config, place) : startCaddy(config, place);
}

/** Starts what `docs/fronts` has: TLS in front of the Keyward at an origin, with nothing changed but addresses and certificates. */
export async function startFront(name: ProxyName, place: FrontAddress, keyward: string): Promise<Program> {
  const config = (await readFile(new URL(`fronts/${files[name]}`, docs), 'utf8')).replaceAll(
    '127.0.0.1:3000',
    new URL(keyward).host,
  );
  if (name === 'caddy') {
    const site = `https://${frontHost}:${place.port} {\n\tbind 127.0.0.1\n\ttls internal`;
    return startCaddy(config.replace(`${frontHost} {`, site), place, frontHost);
  }
  const [key, certificate] = ['key', 'pem'].map((ending) => join(place.folder, `front.${ending}`));
  const what = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const args = [...what, '-subj', `/CN=${frontHost}`, '-keyout', `${key}`, '-out', `${certificate}`];
  execFileSync(programOf('openssl'), args, { stdio: 'ignore' });
  const placed = config
    .replace('listen 443', `listen 127.0.0.1:${place.port}`)
    .replace(/ssl_certificate \S+;/, `ssl_certificate ${certificate};`)
    .replace(/ssl_certificate_key \S+;/, `ssl_certificate_key ${key};`);
  return startNginx(placed, place);
}

/** Runs what goes into the block `http`. */
async function startNginx(config: string, { folder, port }: FrontAddress): Promise<Program> {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n');
  const main = `pid ${folder}/pid;\nerror_log ${folder}/error.log;\nevents {}\nhttp {\naccess_log off;\n${paths}\n${config}\n}\n`;
  await writeFile(join(folder, 'main.conf'), main);
  const args = ['-c', join(folder, 'main.conf'), '-p', folder, '-g', 'daemon off;'];
  return startProgram(programOf('nginx'), args, { port });
}

async function startCaddy(config: string, { folder, port }: FrontAddress, host?: string): Promise<Program> {
  const path = join(folder, 'Caddyfile');
  await writeFile(path, `{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n${config}`);
  const args = ['run', '--config', path, '--adapter', 'caddyfile'];
  const serving = host === undefined ? {} : { isServing: hasCertificate(host) };
  return startProgram(programOf('caddy'), args, { port, home: folder, ...serving });
}
