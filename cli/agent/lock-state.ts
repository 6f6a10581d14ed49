import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '#cli/client/errors.ts';

/** A process, told apart from a later one with the same number. */
interface Holder {
  /** One set of process numbers: a boot of a machine, or a container on it. */
  place: string;
  pid: number;
  /** Empty where the system does not say. */
  startedAt: string;
}

export interface StateLock {
  release(): void;
}

const touchEveryMs = 3_000;
/** A holder that cannot be looked up has touched its lock within this, or is gone. */
const watchMs = 4 * touchEveryMs;

/**
 * Holds a state file for this process. Throws `locked` where another holds it; what a killed process held is free.
 *
 * Whoever makes the highest-numbered file `<file>.lock.<n>` holds the lock, and a stale one is never removed before there is a
 * higher one: two processes that find it at once cannot both take it.
 */
export async function lockState(file: string): Promise<StateLock> {
  for (;;) {
    const numbers = lockNumbers(file);
    const highest = numbers.at(-1) ?? 0;
    if (highest > 0 && (await isHeld(lockPath(file, highest)))) throw locked(file, highest);
    if (!claim(lockPath(file, highest + 1))) continue;
    const own = lockPath(file, highest + 1);
    if (lockNumbers(file).at(-1) !== highest + 1) {
      rmSync(own, { force: true });
      continue;
    }
    for (const number of numbers) rmSync(lockPath(file, number), { force: true });
    return hold(own);
  }
}

/** Who runs on a state file, where that can be known. */
export function findHolder(file: string): number | undefined {
  const number = lockNumbers(file).at(-1);
  const holder = number === undefined ? undefined : readHolder(lockPath(file, number));
  return holder && isRunning(holder) !== false ? holder.pid : undefined;
}

const lockPath = (file: string, number: number) => `${file}.lock.${number}`;

function lockNumbers(file: string): number[] {
  const start = `${path.basename(file)}.lock.`;
  return readdirSync(path.dirname(file))
    .filter((name) => name.startsWith(start) && /^\d{1,15}$/.test(name.slice(start.length)))
    .map((name) => Number(name.slice(start.length)))
    .toSorted((a, b) => a - b);
}

function claim(own: string): boolean {
  const holder: Holder = { place: here(), pid: process.pid, startedAt: startOf(process.pid) };
  // Ready before the file is: one that is killed between leaves a lock without an owner.
  const text = JSON.stringify(holder);
  let descriptor: number;
  try {
    descriptor = openSync(own, 'wx', 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    throw new CliError('refused', `${own} cannot be written (${code}).`, {
      hint: 'The folder of the state file must be writable for the agent.',
    });
  }
  try {
    writeSync(descriptor, text);
  } catch {
    // On a full disk an agent still connects; others see that the file is touched.
  } finally {
    closeSync(descriptor);
  }
  return true;
}

function hold(own: string): StateLock {
  const touching = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(own, now, now);
    } catch {
      // A disk in trouble is reported where a secret has to be written.
    }
  }, touchEveryMs);
  touching.unref();
  return {
    release() {
      clearInterval(touching);
      try {
        // Emptied, not removed: the next holder needs its number.
        closeSync(openSync(own, 'w'));
        utimesSync(own, 0, 0);
      } catch {
        // The end of this process frees it.
      }
    },
  };
}

async function isHeld(lock: string): Promise<boolean> {
  const holder = readHolder(lock);
  const running = holder && isRunning(holder);
  if (running !== undefined) return running;
  const before = touchedAt(lock);
  if (before === 0) return false;
  for (const end = performance.now() + watchMs; performance.now() < end;) {
    await sleep(250);
    if (touchedAt(lock) !== before) return true;
  }
  return false;
}

const touchedAt = (lock: string) => statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Undefined where it cannot be known from here. */
function isRunning(holder: Holder): boolean | undefined {
  if (here() !== holder.place) return undefined;
  if (!exists(holder.pid)) return false;
  return holder.startedAt === '' ? undefined : startOf(holder.pid) === holder.startedAt;
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function here(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return os.hostname();
  }
}

/** Of proc_pid_stat(5), after the name in parentheses: the state, and as the 20th the start. Empty for one that has ended. */
function startOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return 'ZX'.includes(state) ? '' : (fields[18] ?? '');
  } catch {
    return '';
  }
}

function readHolder(lock: string): Holder | undefined {
  try {
    const { place, pid, startedAt } = JSON.parse(readFileSync(lock, 'utf8')) as Partial<Holder>;
    if (typeof place === 'string' && Number.isInteger(pid) && typeof startedAt === 'string')
      return { place, pid: Number(pid), startedAt };
  } catch {
    return undefined;
  }
}

function locked(file: string, number: number): CliError {
  const pid = readHolder(lockPath(file, number))?.pid;
  return new CliError('locked', `Another process${pid ? ` (${pid})` : ''} runs on ${file}.`, {
    hint: 'One agent, one process. Stop the other one, or enroll an agent of its own.',
  });
}
