import type { DestinationStream } from 'pino';

/**
 * Standard output, written once a turn of the event loop rather than by a system call for each request. What waits is written
 * before the process ends; one that is killed outright loses the lines of its last turn.
 */
export function gatherOutput(output: Pick<NodeJS.WriteStream, 'write'>): DestinationStream {
  let waiting = '';
  const flush = () => {
    if (waiting === '') return;
    const lines = waiting;
    waiting = '';
    output.write(lines);
  };
  process.on('exit', flush);
  return {
    write(line) {
      if (waiting === '') setImmediate(flush);
      waiting += line;
    },
  };
}
