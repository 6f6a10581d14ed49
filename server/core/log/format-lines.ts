import type { DestinationStream } from 'pino';
import { prettyFactory } from 'pino-pretty';

/** Log lines for people at a terminal: the time of day, the level and the message first, what else is known behind it. */
export function formatLines(output: DestinationStream, hasColors: boolean): DestinationStream {
  const format = prettyFactory({
    colorize: hasColors,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
    errorLikeObjectKeys: [],
    // What a terminal would obey stays escaped, as in the fields behind it.
    messageFormat: ({ msg }) => JSON.stringify(msg).slice(1, -1),
  });
  return { write: (line) => output.write(format(line)) };
}
