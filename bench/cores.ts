import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const taskset = '/usr/bin/taskset';

/** Whether servers can have a core of their own, apart from the database and the load. */
export const isPinned = existsSync(taskset) && availableParallelism() > 1;

/** A command line on the core of the servers, or on all others. */
export function onCore(what: 'server' | 'load', command: string[]): string[] {
  if (!isPinned) return command;
  const others = availableParallelism() === 2 ? '1' : `1-${availableParallelism() - 1}`;
  return [taskset, '-c', what === 'server' ? '0' : others, ...command];
}
