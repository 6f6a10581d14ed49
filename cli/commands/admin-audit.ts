import { createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { InvalidArgumentError, type Command } from 'commander';
import { findIds, withFilter, type AuditFilter as Filter } from '#cli/audit-filter.ts';
import { listAll } from '#cli/client/api.ts';
import { CliError, usage } from '#cli/client/errors.ts';
import { addExamples } from '#cli/command-help.ts';
import { openContext, type Context } from '#cli/context.ts';
import { readLimit } from '#cli/options.ts';
import { readInput } from '#cli/terminal/prompts.ts';
import { startSpinner } from '#cli/terminal/spinner.ts';
import { clean, plural, sizeOf } from '#cli/terminal/text.ts';
import { momentOf } from '#cli/terminal/times.ts';
import type { AuditEventView, AuditPageView } from '#server/oversight/audit-log/schema.ts';
import type { AuditSeal, AuditVerdictView } from '#server/oversight/audit-seals/schema.ts';

const pollMs = 2_000;
const exportMs = 6 * 3_600_000;

export function addAdminAudit(admin: Command): void {
  const audit = admin.command('audit').description('What happened: who did what to what, and from where');
  const list = withFilter(audit.command('list').description('List what happened, newest first'))
    .option('--limit <number>', 'how many at most', readLimit, 50)
    .action((options: Filter & { limit: number }, command: Command) =>
      listEvents(openContext(command), options),
    );
  addExamples(list, [
    ['keyward admin audit list --action "token.*" --from 7d', 'a week of tokens'],
    ['keyward admin audit list --outcome denied --search 203.0.113.7', 'what an address was refused'],
    ['keyward admin audit list --actor bob@example.com --from 24h', 'a person’s day'],
  ]);
  const exported = withFilter(audit.command('export').description('Export all that a filter finds'))
    .option('--format <format>', 'csv, excel (CSV with a byte order mark) or ndjson', readFormat, 'csv')
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .action((options: ExportOptions, command: Command) => exportEvents(openContext(command), options));
  addExamples(exported, [
    ['keyward admin audit export --format ndjson | gzip > audit.ndjson.gz', 'all of it'],
  ]);
  const tail = withFilter(audit.command('tail').description('Follow what happens'))
    .option('-n, --lines <number>', 'how many to begin with', readLimit, 10)
    .action((options: Filter & { lines: number }, command: Command) => follow(openContext(command), options));
  addExamples(tail, [
    ['keyward admin audit tail --json | jq -c \'select(.outcome != "ok")\'', 'refusals as they come'],
  ]);
  addProof(audit);
}

function addProof(audit: Command): void {
  const verify = audit
    .command('verify')
    .description('Check that nothing in the log was changed, removed or added, and that sealing goes on')
    .option('--against <file>', 'a seal that was kept elsewhere')
    .option('--after <seal>', 'only what comes after this seal, to look for more', readSealNumber, 0)
    .action((options: VerifyOptions, command: Command) => verifyLog(openContext(command), options));
  addExamples(verify, [
    ['keyward admin audit seal > seal.json', 'keep this where the server cannot reach it'],
    ['keyward admin audit verify --against seal.json', 'later'],
  ]);
  audit
    .command('seal')
    .description('Print the newest seal as JSON, to be kept elsewhere')
    .action((_, command: Command) => printSeal(openContext(command)));
}

interface VerifyOptions {
  against?: string;
  after: number;
}

function readSealNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give the number of a seal.');
}

function readFormat(text: string): string {
  if (text === 'csv' || text === 'excel' || text === 'ndjson') return text;
  throw new InvalidArgumentError('Say csv, excel or ndjson.');
}

async function listEvents(context: Context, { limit, ...filter }: Filter & { limit: number }): Promise<void> {
  const { out } = context;
  const query = { ...(await findIds(context, filter)), limit: Math.min(limit, 200) };
  const spinner = startSpinner(out, 'Looking through the log');
  const page = await listAll<AuditPageView>(context.api(), 'GET /api/v1/audit', query, limit).finally(() =>
    spinner.stop(),
  );
  if (page.nextCursor && page.items.length < limit)
    out.warn('The log goes on, and was not looked through to its end. Narrow it with --from and --to.');
  if (out.json) return out.printJson(page);
  if (page.items.length === 0 && !page.nextCursor) return out.note('Nothing in the log matches that.');
  const colors = { ok: out.paint.green, denied: out.paint.yellow, failed: out.paint.red };
  out.table(page.items, [
    { title: 'TIME', value: ({ time }) => momentOf(time) },
    { title: 'WHO', value: ({ actor }) => actor.label, paint: out.paint.bold, flexible: true },
    { title: 'DID', value: ({ action }) => action },
    { title: 'TO', value: ({ resource }) => resource?.label ?? resource?.type ?? '–', flexible: true },
    { title: 'OUTCOME', value: outcomeOf, paint: (text, { outcome }) => colors[outcome](text) },
    { title: 'FROM', value: ({ address }) => address ?? '–' },
  ]);
}

const outcomeOf = ({ outcome, code }: AuditEventView) => (code === null ? outcome : `${outcome}: ${code}`);

interface ExportOptions extends Filter {
  format: string;
  output?: string;
}

async function exportEvents(context: Context, { output, format, ...filter }: ExportOptions): Promise<void> {
  const { out } = context;
  const query = { ...(await findIds(context, filter)), format };
  const response = await context.api().stream('GET /api/v1/audit/export', { query, timeoutMs: exportMs });
  const spinner = startSpinner(
    process.stdout.isTTY && output === undefined ? { ...out, quiet: true } : out,
    'Exporting',
  );
  let bytes = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      spinner.say(`Exporting, ${sizeOf(bytes)}`);
      done(null, chunk);
    },
  });
  const target = output === undefined ? process.stdout : createWriteStream(output, { mode: 0o600 });
  await pipeline(response.body, counting, target, { end: output !== undefined })
    .catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return;
      throw new CliError('unreachable', `The export broke off after ${bytes} bytes: it is not whole.`, {
        code: error.code,
      });
    })
    .finally(() => spinner.stop());
  if (output !== undefined) out.done(`Exported to ${output}, ${sizeOf(bytes)}`);
}

/** Rows may be committed a little after later ones: what was seen is remembered, not how far it went. */
async function follow(context: Context, { lines, ...filter }: Filter & { lines: number }): Promise<void> {
  const api = context.api();
  const query = { ...(await findIds(context, filter)), limit: 200 };
  const seen = new Set<number>();
  for (let shown = lines; ; shown = 200) {
    const { items } = await api.send<AuditPageView>('GET /api/v1/audit', { query });
    const fresh = items.filter(({ sequence }) => !seen.has(sequence));
    if (seen.size > 0 && fresh.length === 200)
      context.out.warn('More happened than is shown here: keyward admin audit list');
    for (const event of fresh.slice(0, shown).reverse()) printEvent(context, event);
    for (const { sequence } of fresh) seen.add(sequence);
    for (const sequence of [...seen].slice(0, -1_000)) seen.delete(sequence);
    await setTimeout(pollMs);
  }
}

function printEvent({ out }: Context, event: AuditEventView): void {
  if (out.json) return out.printJsonLine(event);
  const { paint } = out;
  const color = { ok: paint.green, denied: paint.yellow, failed: paint.red }[event.outcome];
  const resource = event.resource?.label ?? event.resource?.type;
  const parts = [
    paint.dim(momentOf(event.time)),
    color(clean(outcomeOf(event))),
    paint.bold(clean(event.actor.label)),
    clean(event.action),
    resource && clean(resource),
    event.address && paint.dim(clean(event.address)),
  ];
  out.print(parts.filter(Boolean).join('  '));
}

async function verifyLog(context: Context, { against, after: start }: VerifyOptions): Promise<void> {
  const { out } = context;
  const api = context.api();
  const seal = against === undefined ? undefined : await readSeal(against);
  const spinner = startSpinner(out, 'Checking the seals');
  let rows = 0;
  let verdict: AuditVerdictView | undefined;
  try {
    while (!verdict?.finished) {
      const after: number = verdict?.next ?? start;
      verdict = seal
        ? await api.send<AuditVerdictView>('POST /api/v1/audit/verify', {
            body: { after, seconds: 10, seal },
          })
        : await api.send<AuditVerdictView>('GET /api/v1/audit/verify', { query: { after, seconds: 10 } });
      if (!verdict.finished && !(Number(verdict.next) > after))
        throw new CliError('refused', 'The server says that there is more to check, and not where.');
      rows += verdict.rows;
      spinner.say(`Checking the seals: ${verdict.seals} of ${verdict.totalSeals}`);
    }
  } finally {
    spinner.stop();
  }
  if (out.json) out.printJson({ ...verdict, rows });
  if (!verdict.intact)
    throw new CliError(
      'refused',
      `The log is not intact: ${verdict.finding?.detail ?? 'something does not fit.'}`,
      verdict.next === null
        ? {}
        : { hint: `To look for more: keyward admin audit verify --after ${verdict.next}` },
    );
  const upTo = verdict.sealedTo
    ? `, up to row ${verdict.sealedTo.sequence} (${momentOf(verdict.sealedTo.time)})`
    : '';
  const open = verdict.unsealed > 0 ? ` Not sealed yet: ${plural(verdict.unsealed, 'row')}.` : '';
  out.done(`Intact: ${plural(rows, 'row')} fit ${plural(verdict.seals, 'seal')}${upTo}.${open}`);
}

async function readSeal(file: string): Promise<AuditSeal> {
  try {
    const found = JSON.parse(await readInput(file)) as { seal?: AuditSeal } & AuditSeal;
    return found.seal ?? found;
  } catch (error) {
    throw error instanceof CliError
      ? error
      : usage(`There is no seal in ${file}.`, 'Get one: keyward admin audit seal > seal.json');
  }
}

async function printSeal(context: Context): Promise<void> {
  context.out.printJson(await context.api().send('GET /api/v1/audit/seal'));
}
