/** What a program of ours is started with beside its settings: nothing of the machine but where programs are found. */
export function bareEnvironment() {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  // A run of tests starts hundreds of processes, each of which would compile the same modules.
  return { NODE_ENV: 'production' as const, PATH, ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }) };
}
