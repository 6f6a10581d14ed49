import type { Command } from 'commander';
import { isHealthy, runChecks, summary, type Check } from '#cli/checks.ts';
import { CliError } from '#cli/client/errors.ts';
import { openContext, type Context } from '#cli/context.ts';
import { sendSetupReport } from '#cli/setup-report.ts';
import type { Output } from '#cli/terminal/output.ts';
import { startSpinner } from '#cli/terminal/spinner.ts';
import { clean, hang, pad } from '#cli/terminal/text.ts';

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Check that everything works here, and say what to do where it does not')
    .action((_, command: Command) => examine(openContext(command)));
}

/** Prints the checks, and tells the page that is waiting where a setup code was redeemed. Throws unless all is well. */
export async function examine(context: Context): Promise<void> {
  const { out } = context;
  const spinner = startSpinner(out, 'Checking');
  const checks = await runChecks(context).finally(() => spinner.stop());
  const healthy = isHealthy(checks);
  if (out.json) out.printJson({ healthy, checks });
  else showChecks(out, checks);
  await sendSetupReport(context, checks);
  if (!healthy)
    throw new CliError('refused', 'Not everything works here.', {
      hint: 'What to do stands beside each ✗ above.',
    });
}

function showChecks({ paint, print, columns = Infinity }: Output, checks: Check[]): void {
  const marks = { ok: paint.green('✓'), warning: paint.yellow('!'), failed: paint.red('✗') };
  const width = Math.max(...checks.map(({ name }) => name.length)) + 2;
  for (const { name, state, detail, hint } of checks) {
    print(`${marks[state]} ${paint.bold(pad(name, width))}${hang(clean(detail), width + 2, columns)}`);
    if (hint !== undefined)
      print(`  ${' '.repeat(width)}${paint.cyan('→')} ${hang(clean(hint), width + 4, columns)}`);
  }
  const color = isHealthy(checks) ? paint.green : paint.red;
  print(`\nOverall: ${color(summary(checks))}`);
}
