import path from 'node:path';
import { Argument, type Command } from 'commander';
import { openContext, type Context } from '#cli/context.ts';
import { sendSetupReport } from '#cli/setup-report.ts';
import { installSkills, skillFolder, skills, skillState } from '#cli/skills.ts';
import { plural } from '#cli/terminal/text.ts';

export function addSkills(program: Command): void {
  const command = program.command('skills').description('Texts from which Claude Code learns to use keyward');
  command
    .command('list')
    .description('List them, and whether they are installed')
    .action((_, command: Command) => list(openContext(command)));
  command
    .command('show')
    .description('Print one')
    .addArgument(new Argument('<name>', 'its name').choices(skills.map(({ name }) => name)))
    .action((name: string, _, command: Command) => show(openContext(command), name));
  command
    .command('install')
    .description('Copy them to where Claude Code finds them')
    .option('--dir <folder>', 'another folder than ~/.claude/skills/keyward')
    .action((options: { dir?: string }, command: Command) => install(openContext(command), options));
}

function list({ out }: Context): void {
  const rows = skills.map((skill) => ({ name: skill.name, title: skill.title, state: skillState(skill) }));
  if (out.json) return out.printJson(rows);
  const says = { current: 'installed', other: 'installed, of another version', missing: 'not installed' };
  out.table(rows, [
    { title: 'NAME', value: ({ name }) => name, paint: out.paint.bold },
    { title: 'ABOUT', value: ({ title }) => title, flexible: true },
    { title: 'STATE', value: ({ state }) => says[state] },
  ]);
}

function show({ out }: Context, name: string): void {
  const skill = skills.find((skill) => skill.name === name);
  if (out.json) out.printJson(skill);
  else out.print(skill?.text.trimEnd() ?? '');
}

async function install(context: Context, { dir }: { dir?: string }): Promise<void> {
  const { out } = context;
  const folder = path.resolve(dir ?? skillFolder());
  const changed = installSkills(folder);
  if (out.json)
    out.printJson({
      folder,
      installed: skills.map(({ name }) => name),
      changed: changed.map(({ name }) => name),
    });
  out.done(
    changed.length > 0
      ? `Installed ${plural(changed.length, 'file')} in ${folder}`
      : `${folder} holds them already`,
  );
  if (dir === undefined) await sendSetupReport(context);
}
