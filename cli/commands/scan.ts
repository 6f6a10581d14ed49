import { realpathSync } from 'node:fs';
import type { Command } from 'commander';
import { defaultStateFile } from '#cli/agent/state-file.ts';
import { configPath } from '#cli/client/config.ts';
import { CliError } from '#cli/client/errors.ts';
import { addExamples } from '#cli/command-help.ts';
import { openContext, type Context } from '#cli/context.ts';
import { scanFiles, scanHistory, scanStdin, type Finding } from '#cli/scan.ts';
import { confirmOr } from '#cli/terminal/prompts.ts';
import { startSpinner } from '#cli/terminal/spinner.ts';
import { clean, plural } from '#cli/terminal/text.ts';
import { shownPart } from '#server/core/secrets/schema.ts';

interface ScanOptions {
  git?: boolean;
  revoke?: boolean;
  yes?: boolean;
}

/** What one call of the server takes. */
const perCall = 100;

export function addScan(program: Command): void {
  const command = program
    .command('scan')
    .description('Find Keyward tokens in files or a git history, by form and checksum')
    .argument('[path]', 'a folder or file; - for stdin', '.')
    .option('--git', 'every line that was ever added, on every branch')
    .option('--revoke', 'tell the server to revoke what is found')
    .option('-y, --yes', 'with --revoke: do not ask')
    .action((path: string, options: ScanOptions, command: Command) =>
      scan(openContext(command), path, options),
    );
  addExamples(command, [
    ['keyward scan', 'the files here'],
    ['keyward scan --git --revoke', 'all that was ever committed, and end it'],
    ['git diff --cached | keyward scan -', 'before a commit'],
  ]);
}

/** Exit code 1 where something was found, so that a commit or a build stops. */
async function scan(context: Context, path: string, { git, revoke, yes }: ScanOptions): Promise<void> {
  const { out } = context;
  const found = path === '-' ? scanStdin() : git ? scanHistory(path) : scanFiles(path);
  const { findings, leftOut } = await gather(context, found, path === '-' ? [] : ownFiles());
  if (out.json)
    out.printJson(findings.map(({ secret, ...place }) => ({ ...place, prefix: shownPart(secret) })));
  else for (const finding of findings) showFinding(context, finding);
  for (const file of leftOut) out.note(`Left out: ${file}, which holds this machine’s own tokens.`);
  const secrets = [...new Set(findings.map(({ secret }) => secret))];
  if (secrets.length === 0) return out.done('No Keyward token was found');
  if (revoke) await revokeAll(context, secrets, yes);
  throw new CliError(
    'refused',
    `${plural(secrets.length, 'token')} in ${plural(findings.length, 'place')}.`,
    {
      hint: revoke
        ? 'Take them out, and make new ones.'
        : `Revoke them: ${revoking(path, git)}. Then take them out, and make new ones.`,
    },
  );
}

/** The same command again. A path that a shell would read in another way is left to whoever typed it. */
function revoking(path: string, git: boolean | undefined): string {
  const place = /^[\w./-]+$/.test(path) ? path : '<path>';
  return `keyward scan${git ? ' --git' : ''} --revoke${path === '.' ? '' : ` ${place}`}`;
}

/** The program's own files are no leak: to revoke what is in them would sign this machine out. */
function ownFiles(): string[] {
  return [configPath(), defaultStateFile()].flatMap((file) => realPath(file) ?? []);
}

async function gather({ out }: Context, found: AsyncIterable<Finding>, own: string[]) {
  const spinner = startSpinner(out, 'Looking through');
  const findings: Finding[] = [];
  const leftOut = new Set<string>();
  try {
    for await (const finding of found) {
      const file = finding.commit === undefined ? realPath(finding.file) : undefined;
      if (file !== undefined && own.includes(file)) leftOut.add(file);
      else findings.push(finding);
    }
  } finally {
    spinner.stop();
  }
  return { findings, leftOut };
}

function realPath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}

function showFinding({ out }: Context, { file, line, commit, secret }: Finding): void {
  const place = `${clean(file)}:${line}`;
  const at = commit === undefined ? '' : `${out.paint.dim(commit.slice(0, 10))} `;
  out.print(`${at}${place}  ${out.paint.red(`${shownPart(secret)}…`)}`);
}

/** Anybody who holds a token may have it revoked; the answer does not say which of them there were. */
async function revokeAll(context: Context, secrets: string[], yes: boolean | undefined): Promise<void> {
  const server = context.server();
  await confirmOr(yes, { message: `Have ${server} revoke ${plural(secrets.length, 'token')}, for good?` });
  const api = context.apiWith();
  for (let at = 0; at < secrets.length; at += perCall)
    await api.send('POST /api/v1/revoke', { body: { tokens: secrets.slice(at, at + perCall) } });
  context.out.done(`Reported to ${server}, which revokes those that are its own`);
  context.out.note('  It does not tell which those were. Of yours you see it in: keyward token list');
}
