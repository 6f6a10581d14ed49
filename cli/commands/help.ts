import type { Command } from 'commander';
import { usage } from '#cli/client/errors.ts';
import { openContext, type Context } from '#cli/context.ts';
import { helpTopics, type HelpTopic } from '#cli/help-topics.ts';
import { wrap } from '#cli/terminal/text.ts';

const widest = 88;

/** Those of one's own, and the options that every command takes. */
function topicsOf(program: Command): Record<string, HelpTopic> {
  const options = program.options
    .filter(({ long }) => long !== '--version')
    .map(({ flags, description }) => `  ${flags.padEnd(22)}${description}`);
  return {
    options: { summary: 'what every command takes', sections: { OPTIONS: options.join('\n') } },
    ...helpTopics,
  };
}

export function addHelp(program: Command): void {
  const topics = Object.entries(topicsOf(program)).map(
    ([name, { summary }]) => `  ${name.padEnd(16)}${summary}`,
  );
  program
    .command('help')
    .description('Show help on a command or a topic')
    .argument('[command-or-topic...]', 'token create, exit-codes, ci, …')
    .addHelpText('after', `\nTopics:\n${topics.join('\n')}\n`)
    .action((words: string[], _, command: Command) => showHelp(openContext(command), program, words));
}

function showHelp(context: Context, program: Command, words: string[]): void {
  const [name = ''] = words;
  const topics = topicsOf(program);
  const topic = words.length === 1 && Object.hasOwn(topics, name) ? topics[name] : undefined;
  if (topic) return showTopic(context, name, topic);
  let command = program;
  for (const word of words) {
    const next = command.commands.find((sub) => sub.name() === word);
    if (!next)
      throw usage(
        `There is no help on "${words.join(' ')}".`,
        `Topics: ${Object.keys(topics).join(', ')}. Commands: keyward help`,
      );
    command = next;
  }
  command.outputHelp();
}

/** Lines that are indented stand as they are; all else is broken to fit. */
function showTopic({ out }: Context, name: string, { summary, sections }: HelpTopic): void {
  const width = Math.min(out.columns ?? widest, widest) - 2;
  const parts = [`${out.paint.bold('NAME')}\n  keyward ${name} – ${summary}`];
  for (const [title, text] of Object.entries(sections)) {
    const lines = text.split('\n').flatMap((line) => (line.startsWith('  ') ? line : wrap(line, width)));
    parts.push([out.paint.bold(title), ...lines.map((line) => (line ? `  ${line}` : ''))].join('\n'));
  }
  out.print(parts.join('\n\n'));
}
