import type { Command } from 'commander';
import type { Output } from './output.ts';
import { widthOf } from './text.ts';

type Paint = Output['paint'];

/** Examples below a command's help: what to type, and what for. */
export function addExamples(command: Command, examples: [line: string, purpose: string][]): Command {
  const width = Math.max(...examples.map(([line]) => widthOf(line)));
  const isWide = width < 56;
  const lines = examples.map(([line, purpose]) =>
    isWide ? `  ${line.padEnd(width)}  # ${purpose}` : `  # ${purpose}\n  ${line}`,
  );
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}\n`);
}

/** How help looks, for a command and all below it. */
export function styleHelp(command: Command, paint: Paint): void {
  command.configureHelp({
    showGlobalOptions: true,
    styleTitle: paint.bold,
    styleCommandText: paint.cyan,
    styleSubcommandTerm: paint.cyan,
    styleOptionTerm: paint.cyan,
    subcommandTerm: (sub) => [sub.name(), ...sub.registeredArguments.map(argumentTerm)].join(' '),
  });
  for (const sub of command.commands) styleHelp(sub, paint);
}

function argumentTerm({ required, variadic, name }: Command['registeredArguments'][number]): string {
  const text = name() + (variadic ? '…' : '');
  return required ? `<${text}>` : `[${text}]`;
}
