import type { Command } from 'commander';
import { usage } from '#cli/client/errors.ts';
import { hostName, keepToken, fetchIdentity } from '#cli/client/sign-in.ts';
import { addExamples } from '#cli/command-help.ts';
import { openContext, type Context } from '#cli/context.ts';
import { describeStanding, showStanding } from '#cli/standing.ts';
import { readSecret } from '#cli/terminal/prompts.ts';
import type { TokenView } from '#server/credentials/tokens/schema.ts';
import { examine } from './doctor.ts';

const whence = 'Make one on the dashboard of your Keyward, then: keyward setup <code> --server <address>';

interface Redeemed {
  secret: string;
  credential: TokenView;
}

export function addSetup(program: Command): void {
  const command = program
    .command('setup')
    .description('Set this machine up with a code from the dashboard: signs in, and checks that all works')
    .argument('[code]', 'good once, for ten minutes; left out: read from stdin or a hidden prompt')
    .action((code: string | undefined, _, command: Command) => setUp(openContext(command), code));
  addExamples(command, [
    ['keyward setup kw_set_… --server https://keyward.example.com', 'as the dashboard says'],
  ]);
}

async function setUp(context: Context, given: string | undefined): Promise<void> {
  const { out } = context;
  const server = context.server();
  const code = (given === undefined || given === '-' ? await readSecret('Setup code', whence) : given).trim();
  if (!/^[\w-]{1,64}$/.test(code))
    throw usage('This is no setup code.', 'It looks like kw_set_… and is on the dashboard of your Keyward.');
  const body = { code, host: hostName(), os: process.platform };
  const { secret } = await context.apiWith().send<Redeemed>('POST /api/v1/setup-codes/redeem', { body });
  const me = await fetchIdentity(context.apiWith(secret));
  const profile = await keepToken(context, { token: secret, source: 'setup', me });
  const standing = describeStanding(me, server, profile);
  out.done(`Set up: ${standing.who} at ${server}`);
  showStanding(out, standing, { isShort: true });
  out.note('');
  context.useProfile(profile);
  await examine(context);
}
