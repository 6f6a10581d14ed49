import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { configFolder } from './client/config.ts';
import type { Output } from './terminal/output.ts';
import { dayOf, until } from './terminal/times.ts';

/** Says once a day, on stderr, that the token in use ends soon. `KEYWARD_NO_NAG` silences it. */
export function remindOfExpiry(expiresAt: string, server: string, out: Output): void {
  if (process.env['KEYWARD_NO_NAG'] || out.quiet || !claimToday(server)) return;
  out.warn(
    `Your token ends ${until(expiresAt, Date.now())}, on ${dayOf(expiresAt)}. Renew it: keyward auth login`,
  );
}

/** True the first time in a day. Where nothing can be noted it is told each time rather than never. */
function claimToday(server: string): boolean {
  const file = path.join(configFolder(), 'reminded.json');
  const today = dayOf(new Date().toISOString());
  const told = readTold(file);
  if (told[server] === today) return false;
  try {
    mkdirSync(configFolder(), { recursive: true, mode: 0o700 });
    writeFileSync(file, JSON.stringify({ ...told, [server]: today }), { mode: 0o600 });
  } catch {
    return true;
  }
  return true;
}

function readTold(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}
