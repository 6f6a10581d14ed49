/** Enough that no core is idle for long while the last one ends. */
const SHARED = 16;

/** What a file does to the whole of its process. A hook of one file would be a hook of all that share it. */
const CLAIM = /\bmock\.|\bbefore(Each)?\(|\bafterEach\(|\bprocess\.(env\S* = |on\(|once\(|chdir\(|exitCode)/;

/**
 * Groups test files by the process that they run in, since to load a server takes a second of a core. One that changes its
 * process has it to itself.
 */
export function shareProcesses(files: readonly string[], textOf: (file: string) => string): string[][] {
  const alone = files.filter((file) => CLAIM.test(textOf(file)));
  const sharing = files.filter((file) => !alone.includes(file));
  // The files of a room are alike: dealt out, no process gets all that are slow.
  const dealt = Array.from({ length: SHARED }, (_, place) =>
    sharing.filter((_file, index) => index % SHARED === place),
  );
  return [...alone.map((file) => [file]), ...dealt].filter((group) => group.length > 0);
}
