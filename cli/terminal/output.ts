import { type CliError, exitCodes } from '#cli/client/errors.ts';
import { layFacts, layTable, type Column } from './table.ts';
import { clean, cleanJson, cleanJsonLine, wrap } from './text.ts';

type Paint = Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', (text: string) => string>;

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

function createPaint(isColoured: boolean): Paint {
  const painters = Object.entries(codes).map(([name, [on, off]]) => [
    name,
    (text: string) => (isColoured && text ? `\u001B[${on}m${text}\u001B[${off}m` : text),
  ]);
  return Object.fromEntries(painters) as Paint;
}

export interface OutputOptions {
  json: boolean;
  quiet: boolean;
  color: boolean;
  debug: boolean;
}

/** What is asked for goes to stdout and can be piped on; all that is said about it goes to stderr. */
export interface Output extends OutputOptions {
  /** Colours for stdout. */
  paint: Paint;
  /** Colours for stderr. */
  notePaint: Paint;
  /** Of the terminal that reads stdout; undefined where none does. */
  columns: number | undefined;
  print(text: string): void;
  /** A value as JSON, for `--json`. */
  printJson(value: unknown): void;
  /** The same in one line, for values that come one by one. */
  printJsonLine(value: unknown): void;
  table<Row>(rows: readonly Row[], columns: Column<Row>[]): void;
  facts(facts: [name: string, value: string | undefined][]): void;
  /** On stderr, unless `--quiet`. */
  note(text: string): void;
  done(text: string): void;
  warn(text: string): void;
  /** On stderr with `--debug` only. */
  trace(text: string): void;
  /** On stderr always; returns the exit code. */
  fail(error: CliError): number;
}

/** As `clean`, but for the colours that we have put in ourselves: who sends those too can colour, and no more. */
function cleanPainted(text: string): string {
  const ours = new RegExp(String.raw`(\u001B\[(?:${Object.values(codes).flat().join('|')})m)`);
  return text
    .split(ours)
    .map((part, at) => (at % 2 === 0 ? clean(part) : part))
    .join('');
}

/** Whether a stream's colours are wanted: https://no-color.org, and what CI systems set to have them all the same. */
function wantsColor(stream: NodeJS.WriteStream, { color }: OutputOptions, env: NodeJS.ProcessEnv): boolean {
  if (!color || env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return true;
  return stream.isTTY && env['TERM'] !== 'dumb';
}

export function createOutput(options: OutputOptions, env: NodeJS.ProcessEnv = process.env): Output {
  const { stdout, stderr } = process;
  const paint = createPaint(wantsColor(stdout, options, env));
  const notePaint = createPaint(wantsColor(stderr, options, env));
  const columns = stdout.isTTY ? stdout.columns || 80 : undefined;
  const look = { columns, heading: paint.dim };
  const print = (text: string) => void stdout.write(`${text}\n`);
  const say = (text: string) => void stderr.write(`${text}\n`);
  const tell = (mark: string, text: string) => (options.quiet ? undefined : say(mark + clean(text)));
  return {
    ...options,
    paint,
    notePaint,
    columns,
    print,
    printJson: (value) => print(cleanJson(value)),
    printJsonLine: (value) => print(cleanJsonLine(value)),
    table: (rows, columns) => print(layTable(rows, cleaned(columns), look)),
    facts: (facts) =>
      print(
        layFacts(
          facts.flatMap(([name, value]) =>
            value === undefined ? [] : [[name, cleanPainted(value)] as [string, string]],
          ),
          look,
        ),
      ),
    note: (text) => tell('', text),
    done: (text) => tell(`${notePaint.green('✓')} `, text),
    warn: (text) => tell(`${notePaint.yellow('!')} `, text),
    trace: (text) => (options.debug ? say(notePaint.dim(`debug: ${clean(text)}`)) : undefined),
    fail(error) {
      if (options.json) say(cleanJsonLine(failureOf(error)));
      else for (const line of describeFailure(error, options.debug, notePaint)) say(line);
      return exitCodes[error.outcome];
    },
  };
}

function cleaned<Row>(columns: Column<Row>[]): Column<Row>[] {
  return columns.map((column) => ({ ...column, value: (row) => clean(column.value(row)) }));
}

/** For programs: the code is the server's, or else says which exit code it is. */
function failureOf({ message, outcome, facts }: CliError): Record<string, unknown> {
  const { code = outcome, requestId = null, hint = null } = facts;
  return { error: message, code, requestId, hint, exitCode: exitCodes[outcome] };
}

function describeFailure({ message, facts }: CliError, debug: boolean, paint: Paint): string[] {
  const width = process.stderr.isTTY ? process.stderr.columns || 80 : Infinity;
  const hint = facts.hint === undefined ? [] : [`${paint.cyan('hint:')} ${clean(facts.hint)}`];
  const code = facts.code === undefined ? '' : paint.dim(` (${clean(facts.code)})`);
  const trace = debug && facts.requestId ? [paint.dim(`request ${clean(facts.requestId)}`)] : [];
  return [`${paint.red('error:')} ${clean(message)}${code}`, ...hint, ...trace].flatMap((line) =>
    width === Infinity ? line : wrap(line, width),
  );
}
