import { Argument, type Command } from 'commander';
import { addExamples } from '#cli/command-help.ts';
import { completionScript, shells, type Shell } from '#cli/completion.ts';
import { openContext } from '#cli/context.ts';

export function addCompletion(program: Command): void {
  const command = program
    .command('completion')
    .description('Print what has a shell complete commands and options')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(shells))
    .action((shell: Shell, _, command: Command) =>
      openContext(command).out.print(completionScript(program, shell)),
    );
  addExamples(command, [
    ['source <(keyward completion bash)', 'in ~/.bashrc'],
    ['source <(keyward completion zsh)', 'in ~/.zshrc'],
    ['keyward completion fish > ~/.config/fish/completions/keyward.fish', 'once'],
  ]);
}
