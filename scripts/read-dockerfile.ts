export interface Instruction {
  name: string;
  /** What stands behind the name, its lines joined. */
  rest: string;
}

/** The stages of a Dockerfile, each with its instructions; `FROM` is the first. */
export function readStages(text: string): Instruction[][] {
  const lines = text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const stages: Instruction[][] = [];
  for (const line of lines) {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === 'FROM') stages.push([]);
    stages.at(-1)?.push({ name, rest });
  }
  return stages;
}
