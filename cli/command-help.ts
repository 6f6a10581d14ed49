import { Help, type Command } from 'commander';
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
    formatHelp: (shown, helper) => inOrder(Help.prototype.formatHelp.call(helper, shown, helper)),
    styleTitle: paint.bold,
    styleCommandText: paint.cyan,
    styleSubcommandTerm: paint.cyan,
    styleOptionTerm: paint.cyan,
    subcommandTerm: (sub) => [sub.name(), ...sub.registeredArguments.map(argumentTerm)].join(' '),
  });
  command.helpCommand(false);
  for (const sub of command.commands) styleHelp(sub, paint);
}

/** What is particular first: commands, arguments, options, and last what goes for all commands. */
function inOrder(help: string): string {
  const [usage = '', description = '', ...sections] = help.trimEnd().split('\n\n');
  const rank = (section: string) => {
    const [title = ''] = section.split('\n');
    return title.includes('Global') ? 2 : Number(title.includes('Options:'));
  };
  return (
    [usage, description, ...sections.toSorted((a, b) => rank(a) - rank(b)), ''].join('\n\n').trimEnd() + '\n'
  );
}

function argumentTerm(argument: Command['registeredArguments'][number]): string {
  const text = argument.name() + (argument.variadic ? '…' : '');
  return argument.required ? `<${text}>` : `[${text}]`;
}
