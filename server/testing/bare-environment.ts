import { fileURLToPath } from 'node:url';

const loadDrizzle = fileURLToPath(new URL('../../scripts/load-drizzle.mjs', import.meta.url));

/** What a program of ours is started with beside its settings: nothing of the machine but where programs are found. */
export function bareEnvironment() {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  // A run of tests starts hundreds of processes, each of which would compile the same modules.
  return {
    NODE_ENV: 'production' as const,
    PATH,
    NODE_OPTIONS: `--import=${loadDrizzle}`,
    ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }),
  };
}
