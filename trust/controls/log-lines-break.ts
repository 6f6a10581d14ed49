import * as original from '#server/core/log/gather-output.ts';

export const gatherOutput: typeof original.gatherOutput = (output) => {
  const gathered = original.gatherOutput(output);
  return { write: (line) => gathered.write(line.replaceAll('\\n', '\n')) };
};
