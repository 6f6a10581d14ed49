import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { programOf } from '#server/testing/program.ts';
import { onCore } from './cores.ts';

const script = fileURLToPath(new URL('load/requests.lua', import.meta.url));

export interface Load {
  origin: string;
  method: string;
  path: string;
  /** A file of what is shown, one a line. */
  tokens: string;
  /** Where it is shown. */
  way: 'token' | 'key' | 'cookie' | 'json' | 'form';
  service?: string;
}

export interface Measured {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Answers that were no 2xx, and connections that broke: a run with any is no measurement. */
  failed: number;
}

/** Drives a server for some seconds over some connections that are kept alive, each request with another token. */
export async function drive(
  load: Load,
  { seconds = 5, connections = 64, restMs = 0 } = {},
): Promise<Measured> {
  const { origin, method, path, tokens, way, service = '' } = load;
  const flags = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '5s', '-s', script, origin];
  const [file = '', ...args] = onCore('load', [
    programOf('wrk'),
    ...flags,
    '--',
    method,
    path,
    tokens,
    way,
    service || '-',
    String(restMs),
  ]);
  const { stdout } = await promisify(execFile)(file, args);
  const result = /^RESULT (.*)$/m.exec(stdout)?.[1];
  if (!result) throw new Error(`wrk said nothing of use: ${stdout}`);
  const said = JSON.parse(result) as Record<
    'requests' | 'microseconds' | 'p50' | 'p99' | 'refused' | 'broken',
    number
  >;
  return {
    perSecond: said.requests / (said.microseconds / 1e6),
    p50Ms: said.p50 / 1_000,
    p99Ms: said.p99 / 1_000,
    failed: said.refused + said.broken,
  };
}
