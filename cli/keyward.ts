#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { findSecretTexts } from '#server/core/secrets/schema.ts';
import { loadConfig } from './client/config.ts';
import { CliError, exitCodes, usage } from './client/errors.ts';
import { styleHelp } from './command-help.ts';
import { addAccess } from './commands/access.ts';
import { addAdmin } from './commands/admin.ts';
import { addAgent } from './commands/agent.ts';
import { addAuth } from './commands/auth.ts';
import { addCompletion } from './commands/completion.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExplain } from './commands/explain.ts';
import { addHelp } from './commands/help.ts';
import { addKey } from './commands/key.ts';
import { addMcp } from './commands/mcp.ts';
import { addProfile } from './commands/profile.ts';
import { addScan } from './commands/scan.ts';
import { addSetup } from './commands/setup.ts';
import { addSkills } from './commands/skills.ts';
import { addTenant } from './commands/tenant.ts';
import { addToken } from './commands/token.ts';
import { addUpgrade } from './commands/upgrade.ts';
import { outputOf } from './context.ts';
import { explainMisuse } from './misuse.ts';
import { readSeconds } from './options.ts';
import { showOverview } from './overview.ts';
import type { Output } from './terminal/output.ts';
import { version } from './version.ts';

// Certificates are checked, whatever the environment says: a token is worth more than a connection.
delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
// On Windows `git` would otherwise be a git.exe of the folder that is scanned.
process.env['NoDefaultCurrentDirectoryInExePath'] = '1';

/** Whoever reads what we print may stop reading; that is no fault. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

const commandTable: Record<string, ((program: Command) => void)[]> = {
  'Everyday:': [addAuth, addToken, addExplain, addProfile],
  'Admins:': [addKey, addAgent, addMcp, addAccess, addAdmin, addTenant],
  'This machine:': [addSetup, addDoctor, addUpgrade, addScan, addSkills, addCompletion, addHelp],
};

function createProgram(out: Output): Command {
  const program = new Command('keyward')
    .description('The command line of Keyward: tokens, people and the audit log of your access desk.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError();
  addGlobals(program);
  for (const [heading, additions] of Object.entries(commandTable)) {
    program.commandsGroup(heading);
    for (const add of additions) add(program);
  }
  styleHelp(program, out.paint);
  explainMisuse(program);
  return program;
}

function addGlobals(program: Command): void {
  program
    .optionsGroup('Global Options:')
    .option('--json', 'print data as JSON')
    .option('--server <address>', 'the Keyward to ask (KEYWARD_SERVER)')
    .option('--profile <name>', 'the profile to use (KEYWARD_PROFILE)')
    .option(
      '--token-file <path>',
      'read the token from a file, - for stdin (otherwise KEYWARD_TOKEN, or the profile)',
    )
    .option('-q, --quiet', 'say nothing but what was asked for, and errors')
    .option('--no-color', 'no colours (NO_COLOR)')
    .option('--timeout <seconds>', 'how long an answer may take (default: 30)', readSeconds)
    .option('--debug', 'show requests and their ids, never a secret (KEYWARD_DEBUG)')
    .addOption(new Option('--insecure-http', 'let a token travel over plain http to another machine'));
}

/** A secret in an argument is in the shell's history and in everyone's process list: too late, but it can be said. */
function assertNoSecretArgument(args: string[]): void {
  if (!args.some((text) => findSecretTexts(text).some((found) => !found.text.startsWith('kw_set_')))) return;
  throw usage(
    'There is a token among the arguments, where other users of this machine and your shell’s history can see it.',
    'Consider it leaked: revoke it. A token comes on stdin, by --token-file or in KEYWARD_TOKEN.',
  );
}

async function main(args: string[]): Promise<number> {
  const out = outputOf({
    json: args.includes('--json'),
    color: !args.includes('--no-color'),
    ...(args.includes('--debug') && { debug: true }),
  });
  try {
    assertNoSecretArgument(args);
    if (args.length === 0) showOverview(out, loadConfig().config);
    else await createProgram(out).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return report(error, out);
  }
}

function report(error: unknown, out: Output): number {
  // Help was asked for, or the rest was left out; it has been shown.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  if (error instanceof CliError && error.outcome === 'interrupted') return exitCodes.interrupted;
  if (error instanceof CliError) return out.fail(error);
  return out.fail(
    new CliError('refused', 'Something went wrong in keyward itself.', {
      hint: `Tell whoever runs your Keyward: ${String(error)}`,
    }),
  );
}

process.stdout.on('error', endQuietly);
process.stderr.on('error', endQuietly);
process.once('SIGINT', () => {
  if (process.stderr.isTTY) process.stderr.write('\u001B[?25h\n');
  process.exit(exitCodes.interrupted);
});
process.exitCode = await main(process.argv.slice(2));
