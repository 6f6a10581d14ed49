import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { connect } from 'node:tls';
import { soonDays } from '#server/core/secrets/schema.ts';
import type { CliVersionView } from '#server/doors/downloads/schema.ts';
import { CliError } from './client/errors.ts';
import { isLoopback } from './client/server-address.ts';
import { fetchIdentity } from './client/sign-in.ts';
import type { Context } from './context.ts';
import { describeStanding } from './standing.ts';
import { plural } from './terminal/text.ts';
import { dayOf, spanOf } from './terminal/times.ts';
import { version } from './version.ts';

export interface Check {
  name: string;
  /** A warning is worth knowing; only what fails makes it all unhealthy. */
  state: 'ok' | 'warning' | 'failed';
  detail: string;
  hint?: string | undefined;
}

const day = 86_400_000;
const oldestNode = 20;
const skewMs = 60_000;
const certificateDays = 14;

const ok = (name: string, detail: string): Check => ({ name, state: 'ok', detail });
const warning = (name: string, detail: string, hint?: string): Check => ({
  name,
  state: 'warning',
  detail,
  hint,
});
const failed = (name: string, detail: string, hint?: string): Check => ({
  name,
  state: 'failed',
  detail,
  hint,
});

/** Everything that has to be right for keyward to work here, in the order in which it is worth putting right. */
export async function runChecks(context: Context): Promise<Check[]> {
  const here = [checkProgram(), checkConfig(context), checkPath()];
  const { server } = context.access();
  if (server === undefined)
    return [...here, failed('Server', 'none is known', 'Sign in: keyward auth login --server <address>')];
  const reached = await checkServer(context, server);
  if (reached.some(({ state }) => state === 'failed')) return [...here, ...reached];
  const [transport, version, token] = await Promise.all([
    checkTransport(server),
    checkVersion(context),
    checkToken(context),
  ]);
  return [...here, ...reached, transport, version, ...token];
}

export function isHealthy(checks: Check[]): boolean {
  return checks.every(({ state }) => state !== 'failed');
}

function checkProgram(): Check {
  const { node } = process.versions;
  const says = `keyward ${version}, Node ${node}`;
  if (Number(node.split('.')[0]) >= oldestNode) return ok('Program', says);
  return failed('Program', says, `Node ${oldestNode} or newer is needed: https://nodejs.org`);
}

function checkConfig(context: Context): Check {
  const { path: file, repaired } = context.file();
  if (repaired.length > 0)
    return warning(
      'Config',
      repaired.join(' '),
      'If others may have read it, make a new token: keyward auth login',
    );
  if (!statSync(file, { throwIfNoEntry: false })) return ok('Config', 'none yet');
  return ok('Config', `${file}, for your eyes only`);
}

function checkPath(): Check {
  const found = (process.env['PATH'] ?? '').split(path.delimiter).map(programIn).find(Boolean);
  const self = realpathSync(process.argv[1] ?? '');
  if (found === undefined)
    return warning('PATH', '“keyward” is not found by its name', 'Put the folder that holds it into PATH.');
  return realpathSync(found) === self
    ? ok('PATH', found)
    : warning('PATH', `“keyward” is another one than this: ${found}`);
}

function programIn(folder: string): string | undefined {
  const file = path.join(folder, process.platform === 'win32' ? 'keyward.cmd' : 'keyward');
  try {
    accessSync(file, constants.X_OK);
    return folder && statSync(file).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it answers, and whether its clock and ours agree: the second is read off the first. */
async function checkServer(context: Context, server: string): Promise<Check[]> {
  const started = Date.now();
  try {
    const response = await context.apiWith().stream('GET /healthz', { timeoutMs: 10_000 });
    await response.text();
    const ended = Date.now();
    const said = Date.parse(response.header('date') ?? '');
    const skew = said - (started + ended) / 2;
    const clock =
      Math.abs(skew) > skewMs
        ? warning(
            'Clock',
            `this machine is ${spanOf(skew)} ${skew > 0 ? 'behind' : 'ahead of'} the server`,
            'Set it by the network (NTP).',
          )
        : ok('Clock', 'agrees with the server');
    return [ok('Server', `${server} answers in ${ended - started} ms`), clock];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [failed('Server', error.message, error.facts.hint)];
  }
}

async function checkTransport(server: string): Promise<Check> {
  const { protocol, hostname, port } = new URL(server);
  if (protocol === 'http:')
    return isLoopback(hostname)
      ? ok('TLS', 'none, and none is needed: the server is this machine')
      : warning('TLS', 'none: whoever is on the way can read the token', 'Have the server use https.');
  const end = await certificateEnd(hostname.replaceAll(/[[\]]/g, ''), Number(port || 443));
  if (end === undefined) return ok('TLS', 'verified');
  const left = end - Date.now();
  const detail = `verified; the certificate is good until ${dayOf(new Date(end).toISOString())} (${spanOf(left)})`;
  return left < certificateDays * day
    ? warning('TLS', detail, 'Tell whoever runs the server.')
    : ok('TLS', detail);
}

function certificateEnd(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, servername: host, timeout: 5_000 }, () => {
      resolve(Date.parse(socket.getPeerCertificate().valid_to) || undefined);
      socket.end();
    });
    const giveUp = () => {
      socket.destroy();
      resolve(undefined);
    };
    socket.on('timeout', giveUp);
    socket.on('error', giveUp);
  });
}

async function checkVersion(context: Context): Promise<Check> {
  try {
    const offered = await context.apiWith().send<CliVersionView>('GET /cli/version');
    if (offered.version === version) return ok('Version', `${version}, the one that the server hands out`);
    return warning(
      'Version',
      `this is ${version}, the server hands out ${offered.version}`,
      'Run: keyward upgrade',
    );
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return ok('Version', `${version}; the server hands out none to compare with`);
  }
}

async function checkToken(context: Context): Promise<Check[]> {
  try {
    const api = context.api();
    const standing = describeStanding(await fetchIdentity(api), api.server, undefined);
    const left = standing.expiresAt ? Date.parse(standing.expiresAt) - Date.now() : Infinity;
    const renew = standing.isReplaced
      ? 'Put the new secret here, which the rotation showed, or sign in again: keyward auth login'
      : left < soonDays * day && 'Renew it: keyward auth login';
    const says = `${standing.who}, ${standing.role}; ${standing.validity}`;
    return [
      renew ? warning('Token', says, renew) : ok('Token', says),
      standing.permissions === 'none'
        ? warning('Permissions', 'none: this token may do nothing')
        : ok('Permissions', standing.permissions),
    ];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [failed('Token', error.message, error.facts.hint)];
  }
}

/** In one line: `healthy`, and how much there is to know. */
export function summary(checks: Check[]): string {
  const count = (state: Check['state']) => checks.filter((check) => check.state === state).length;
  const warnings = count('warning') > 0 ? ` (${plural(count('warning'), 'warning')})` : '';
  return isHealthy(checks)
    ? `healthy${warnings}`
    : `not healthy: ${plural(count('failed'), 'thing')} to put right${warnings}`;
}
