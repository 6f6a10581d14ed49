import type { Command, CommanderError } from 'commander';
import { usage, type CliError } from './client/errors.ts';

/** Has whatever is called wrongly say so in our way, and name the help that would have told. */
export function explainMisuse(command: Command, program = command): void {
  command.exitOverride((error) => {
    // Help or the version was asked for, and has been shown.
    throw error.exitCode === 0 || error.code === 'commander.help' ? error : asUsage(error, command, program);
  });
  for (const sub of command.commands) explainMisuse(sub, program);
}

function asUsage(error: CommanderError, command: Command, program: Command): CliError {
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const elsewhere = error.code === 'commander.unknownCommand' ? meant(program, command.args[0]) : undefined;
  const hint = suggestion?.replace(/^\((.*)\)$/, '$1') ?? `See: ${pathOf(command)} --help`;
  return usage(sentence(message), elsewhere ?? hint);
}

/** Who types `keyward whoami` knows the command, and not what it stands under. */
function meant(program: Command, name: string | undefined): string | undefined {
  const paths = program.commands.flatMap(({ commands }) =>
    commands.filter((sub) => sub.name() === name).map(pathOf),
  );
  return paths.length > 0 ? `Did you mean ${paths.join(' or ')}?` : undefined;
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
