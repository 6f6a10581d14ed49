import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { assertUsed } from '#db/connect.ts';
import { ConfigError, readConfig, type Config } from '#server/config.ts';
import type { Runtime } from '#server/core/access/context.ts';
import { findNewestSeal } from '#server/oversight/audit-seals/chain.ts';
import { auditKeyPlace, findAuditKey } from '#server/oversight/audit-seals/key.ts';
import { auditSeal, type AuditSeal, type AuditVerdictView } from '#server/oversight/audit-seals/schema.ts';
import { createRuntime } from '#server/runtime.ts';
import {
  openAddresses,
  quietly,
  readingArguments,
  runOperatorCommand,
  say,
  UsageError,
} from './operator-command.ts';

const help = `Usage: npm run audit -- verify [--against seal.json] [--after 812]
       npm run audit -- seal

  verify   checks that nothing in the audit log was changed, removed or added;
           and that nothing waits for its seal for too long;
           with --against also that it still holds a seal that was kept elsewhere;
           with --after only what comes after a seal, to look for more than one finding
  seal     prints the newest seal, to be kept elsewhere

It works on the database itself, whether the server runs or not, with the key of its data folder.
Exit codes: 0 intact, 1 not intact or not to be checked, 2 wrongly called.
`;

interface Order {
  command: 'verify' | 'seal';
  against: AuditSeal | undefined;
  after: number;
}

async function readOrder(args: string[]): Promise<Order> {
  const { values, positionals } = readingArguments(() =>
    parseArgs({
      args,
      options: { against: { type: 'string' }, after: { type: 'string', default: '0' } },
      allowPositionals: true,
    }),
  );
  const [command, ...rest] = positionals;
  if ((command !== 'verify' && command !== 'seal') || rest.length > 0)
    throw new UsageError('Say verify or seal.');
  if (command === 'seal' && values.against !== undefined)
    throw new UsageError('--against goes with verify only.');
  if (!/^\d{1,15}$/.test(values.after)) throw new UsageError('--after takes the number of a seal.');
  const against = values.against === undefined ? undefined : await readSeal(values.against);
  return { command, against, after: Number(values.after) };
}

/** As `seal` prints it, or as `GET /api/v1/audit/seal` answers. */
async function readSeal(path: string): Promise<AuditSeal> {
  try {
    const found = JSON.parse(await readFile(path, 'utf8')) as { seal?: unknown };
    return auditSeal.parse(found.seal ?? found);
  } catch {
    throw new UsageError(`--against: there is no seal in ${path}.`);
  }
}

async function carryOut(order: Order, config: Config): Promise<boolean> {
  await using opened = new AsyncDisposableStack();
  const addresses = await openAddresses(config, opened);
  await assertUsed(addresses.owner);
  const runtime = await createRuntime(quietly(config), { addresses, isOperator: true });
  opened.defer(() => runtime.close());
  if (!findAuditKey(config))
    throw new ConfigError(
      `${auditKeyPlace(config)} is not there, and without the key no seal can be checked.`,
    );
  return order.command === 'verify' ? await verify(runtime, order) : await printSeal(runtime);
}

async function verify({ seals }: Runtime, { against: seal, after }: Order): Promise<boolean> {
  let rows = 0;
  let verdict: AuditVerdictView | undefined;
  while (!verdict?.finished) {
    verdict = await seals.verify({ after: verdict?.next ?? after, seconds: 5, seal });
    rows += verdict.rows;
    if (!verdict.finished) say(`${verdict.seals} of ${verdict.totalSeals} seals …`);
  }
  process.stdout.write(`${describe(verdict, rows)}\n`);
  return verdict.intact;
}

function describe(verdict: AuditVerdictView, rows: number): string {
  const { finding, next, seals, unsealed, archived, sealedTo } = verdict;
  if (finding)
    return `NOT INTACT: ${finding.detail}${next === null ? '' : `\nTo look for more: --after ${next}`}`;
  const facts = [
    `${rows} rows fit ${seals} seals${sealedTo ? `, up to row ${sealedTo.sequence} (${sealedTo.time})` : ''}`,
    ...(unsealed > 0 ? [`${unsealed} rows are not sealed yet`] : []),
    ...(archived.length > 0 ? [`archived: ${archived.join(', ')}`] : []),
  ];
  return `Intact: ${facts.join('; ')}.`;
}

async function printSeal({ db, seals }: Runtime): Promise<boolean> {
  const seal = await findNewestSeal(db, seals.key());
  if (seal) process.stdout.write(`${JSON.stringify(seal, undefined, 2)}\n`);
  else say('There is no seal yet.');
  return seal !== undefined;
}

await runOperatorCommand(help, async (args) => carryOut(await readOrder(args), readConfig()));
