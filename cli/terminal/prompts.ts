import { text as readText } from 'node:stream/consumers';
import { CliError, usage } from '#cli/client/errors.ts';
import { readNamedFile } from '#cli/read-file.ts';

/** Whether there is a person who can be asked. */
export function isInteractive(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

// Loaded when somebody is asked something: most runs ask nothing. They are asked on stderr, so that stdout can be piped on.
const clack = () => import('@clack/prompts');
const output = process.stderr;

async function answered<T>(asking: Promise<T>): Promise<Exclude<T, symbol>> {
  const answer = await asking;
  if (typeof answer === 'symbol') throw new CliError('interrupted', 'Cancelled.');
  return answer as Exclude<T, symbol>;
}

export async function askText(message: string, initialValue = ''): Promise<string> {
  const { text } = await clack();
  const validate = (value: string | undefined) => (value?.trim() ? undefined : 'Write something here.');
  return (await answered(text({ message, initialValue, validate, output }))).trim();
}

/** Asks for something that is not echoed. */
export async function askSecret(message: string): Promise<string> {
  const { password } = await clack();
  const validate = (value: string | undefined) => (value ? undefined : 'Write something here.');
  return await answered(password({ message, validate, output }));
}

interface Question {
  message: string;
  /** By what it can be taken back, where it can. */
  undo?: string;
}

/** Asks before what others would feel. Where nobody can be asked, only `--yes` will do. */
export async function confirmOr(yes: boolean | undefined, { message, undo }: Question): Promise<void> {
  if (yes) return;
  if (!isInteractive())
    throw usage(
      `${undo ? 'This has to be confirmed' : 'This cannot be undone'}, and nobody is there to be asked.`,
      `Say --yes if you mean it.${undo ? ` It can be undone with: ${undo}` : ''}`,
    );
  const { confirm } = await clack();
  if (!(await answered(confirm({ message, initialValue: false, output }))))
    throw new CliError('refused', 'Nothing was changed.');
}

/** A secret from stdin where it is no terminal, else from a hidden prompt. Without the line break at its end. */
export async function readSecret(
  message: string,
  hint = 'Pipe it in (… | keyward …), or run this in a terminal to be asked.',
): Promise<string> {
  const secret = isInteractive() ? await askSecret(message) : await readInput('-');
  if (secret) return secret;
  throw usage(`${message}: nothing came on stdin.`, hint);
}

/** A whole file, or what comes on stdin, without the line break at its end. */
export async function readInput(file: string): Promise<string> {
  const text = file === '-' ? await readText(process.stdin) : readNamedFile(file);
  return text.replace(/\r?\n$/, '');
}
