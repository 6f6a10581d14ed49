import { Help, type Command } from 'commander';
import type { Output } from './terminal/output.ts';
import { hang, pad, widthOf, wrap } from './terminal/text.ts';

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
    formatHelp: (shown, helper) => inOrder(Help.prototype.formatHelp.call(helper, shown, helper)),
    styleTitle: paint.bold,
    styleCommandText: paint.cyan,
    styleSubcommandTerm: paint.cyan,
    styleOptionTerm: paint.cyan,
    formatItem: layItem,
    subcommandTerm: (sub) => [sub.name(), ...sub.registeredArguments.map(argumentTerm)].join(' '),
  });
  command.helpCommand(false);
  if (command.parent) command.addHelpText('after', '\nOptions of every command: keyward help options');
  for (const sub of command.commands) styleHelp(sub, paint);
}

/** Commands and arguments first, then options. */
function inOrder(help: string): string {
  const [usage = '', description = '', ...sections] = help.trimEnd().split('\n\n');
  const rank = (section: string) => Number(section.split('\n', 1)[0]?.includes('Options:'));
  return (
    [usage, description, ...sections.toSorted((a, b) => rank(a) - rank(b)), ''].join('\n\n').trimEnd() + '\n'
  );
}

/** A narrower column than that is hard to read: the description goes below instead. */
const leastRoom = 30;

function layItem(term: string, termWidth: number, description: string, helper: Help): string {
  const width = helper.helpWidth ?? 80;
  if (width - termWidth - 4 < leastRoom && description)
    return [`  ${term}`, ...wrap(description, width - 6).map((line) => `      ${line}`)].join('\n');
  return `  ${pad(term, termWidth)}  ${hang(description, termWidth + 4, width)}`.trimEnd();
}

function argumentTerm(argument: Command['registeredArguments'][number]): string {
  const text = argument.name() + (argument.variadic ? '…' : '');
  return argument.required ? `<${text}>` : `[${text}]`;
}
