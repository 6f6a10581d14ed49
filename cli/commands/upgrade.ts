import path from 'node:path';
import type { Command } from 'commander';
import { CliError } from '#cli/client/errors.ts';
import { openContext, type Context } from '#cli/context.ts';
import { startSpinner } from '#cli/terminal/spinner.ts';
import { clean, fit } from '#cli/terminal/text.ts';
import { findInstallation, npmArguments, packageName, runProgram } from '#cli/upgrade.ts';
import { version } from '#cli/version.ts';
import type { CliVersionView } from '#server/doors/downloads/schema.ts';

export function addUpgrade(program: Command): void {
  program
    .command('upgrade')
    .description('Install the version that your Keyward hands out')
    .option('--check', 'only say whether there is another')
    .action((options: { check?: boolean }, command: Command) => upgrade(openContext(command), options));
}

async function upgrade(context: Context, { check }: { check?: boolean }): Promise<void> {
  const { out } = context;
  const server = context.server();
  const offered = await context.apiWith().send<CliVersionView>('GET /cli/version');
  if (!/^\d[\w.+-]{0,63}$/.test(offered.version))
    throw new CliError(
      'refused',
      `${server} offers a version that is none: ${offered.version.slice(0, 64)}.`,
    );
  const isCurrent = offered.version === version;
  if (out.json) out.printJson({ current: version, offered: offered.version, isCurrent });
  if (isCurrent) return out.done(`keyward ${version} is what ${server} hands out`);
  if (check)
    return out.note(
      `${server} hands out keyward ${offered.version}; this is ${version}. Run: keyward upgrade`,
    );
  await install(context, server, offered.version);
  out.done(`keyward ${offered.version} is installed (it was ${version})`);
}

async function install({ out }: Context, server: string, wanted: string): Promise<void> {
  const found = findInstallation();
  if (found.kind === 'npx')
    throw byHand('npx runs the newest by itself.', `npx --@keyward:registry=${server}/npm/ ${packageName}`);
  if (found.kind === 'file')
    throw byHand(
      'This is a bare file, not installed with npm.',
      `curl -fsSL ${server}/cli/keyward.mjs -o ${found.file}`,
    );
  const args = npmArguments(server, wanted, found.prefix);
  const line = ['npm', ...args].join(' ');
  if (!found.isWritable) throw byHand(`${found.prefix} can be written to by others only.`, `sudo ${line}`);
  // There npm is a script for the shell, which would read what an address holds.
  if (process.platform === 'win32') throw byHand('On Windows a program cannot replace itself.', line);
  const spinner = startSpinner(out, `Installing keyward ${wanted} from ${server}`);
  const { code, said } = await runProgram('npm', args).finally(() => spinner.stop());
  if (code === null) throw byHand('There is no npm here.', line);
  if (code !== 0)
    throw new CliError('refused', `npm could not install it: ${lastLine(said)}`, {
      hint: `Try it yourself: ${line}`,
    });
  await verify(found.prefix, wanted);
}

function lastLine(text: string): string {
  return clean(text.split('\n').findLast((line) => line.trim()) ?? 'it says nothing.');
}

async function verify(prefix: string, wanted: string): Promise<void> {
  const program = path.join(prefix, 'lib', 'node_modules', ...packageName.split('/'), 'keyward.mjs');
  const { said } = await runProgram(process.execPath, [program, '--version']);
  if (said !== wanted)
    throw new CliError(
      'refused',
      `What is installed now says it is ${fit(clean(said), 100)}, not ${wanted}.`,
    );
}

function byHand(why: string, line: string): CliError {
  return new CliError('refused', `${why} Nothing was changed.`, { hint: `Run: ${line}` });
}
