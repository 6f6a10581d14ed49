import type { IncomingMessage } from 'node:http';
import { AppError, invalid } from '#server/errors.ts';

export const bodyLimits = { rest: 1_048_576, trpc: 262_144, depth: 20, arrayLength: 1_000 } as const;

/**
 * The JSON of a request's body and its text, undefined for a request without one. Throws `unsupported_media_type`,
 * `body_too_large`, `invalid_json`, `validation_failed`.
 */
export async function readJson(
  req: IncomingMessage,
  limit: number,
): Promise<{ text: string; value: unknown } | undefined> {
  const type = req.headers['content-type'];
  if (type !== undefined && !/^application\/json\s*(;|$)/i.test(type)) throw notJson();
  const bytes = await readBody(req, limit);
  if (bytes.length === 0) return undefined;
  if (type === undefined) throw notJson();
  const text = decodeUtf8(bytes);
  return { text, value: parseJson(text) };
}

/** The fields of a form. Throws `unsupported_media_type`, `body_too_large`, and `bad_request` for one that is given twice. */
export async function readForm(req: IncomingMessage, limit: number): Promise<Map<string, string>> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(req.headers['content-type'] ?? ''))
    throw new AppError(
      'unsupported_media_type',
      'Send a form: "Content-Type: application/x-www-form-urlencoded".',
    );
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(decodeUtf8(await readBody(req, limit)))) {
    if (fields.has(name)) throw new AppError('bad_request', 'A field may be given once.');
    assertStorable(value, name);
    fields.set(name, value);
  }
  return fields;
}

/** Parses JSON and holds it to the limits on depth, array length and characters. Throws `invalid_json`, `validation_failed`. */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AppError('invalid_json', 'The body is not JSON. Check its quotes, commas and brackets.');
  }
  assertBounded(value, '', 1);
  return value;
}

/** By its events, which costs less than iterating over the request. */
function readBody(req: IncomingMessage, limit: number): Promise<Buffer> {
  assertPlain(req);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const tooLarge = () => new AppError('body_too_large', `The body may hold ${limit} bytes at most.`);
  if (Number(req.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  req.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= limit) return void chunks.push(chunk);
    // What is still to come is passed over: whoever sends it would lose the answer with the connection.
    chunks.length = 0;
    reject(tooLarge());
  });
  req.on('end', () => resolve(Buffer.concat(chunks)));
  req.on('error', () => reject(new AppError('bad_request', 'The body broke off.')));
  return promise;
}

/** A few bytes that unpack to a gigabyte are not for a server of small inputs. Throws `unsupported_media_type`. */
function assertPlain({ headers }: IncomingMessage): void {
  const codings = [headers['content-encoding'], headers['transfer-encoding']?.replace(/chunked$/i, '')];
  if (codings.every((coding) => /^(identity)?[\s,]*$/i.test(coding ?? ''))) return;
  throw new AppError('unsupported_media_type', 'Send the body as it is, without a Content-Encoding.');
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decodeUtf8(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new AppError('invalid_json', 'The body is not UTF-8.');
  }
}

function assertBounded(value: unknown, path: string, depth: number): void {
  if (typeof value === 'string') return assertStorable(value, path);
  if (typeof value !== 'object' || value === null) return;
  if (depth > bodyLimits.depth) throw invalid(path, `Nested more than ${bodyLimits.depth} deep.`);
  if (Array.isArray(value) && value.length > bodyLimits.arrayLength) {
    throw invalid(path, `A list may hold ${bodyLimits.arrayLength} items at most.`);
  }
  const entries = Object.entries(value);
  if (entries.length > bodyLimits.arrayLength) {
    throw invalid(path, `An object may hold ${bodyLimits.arrayLength} fields at most.`);
  }
  for (const [key, item] of entries) {
    assertStorable(key, path);
    assertBounded(item, path === '' ? key : `${path}.${key}`, depth + 1);
  }
}

/** PostgreSQL keeps no NUL and no half of a surrogate pair: better said here than failed there. */
export function assertStorable(text: string, path: string): void {
  if (text.includes('\0') || !text.isWellFormed())
    throw invalid(path.slice(0, 200), 'Holds a character that cannot be kept.');
}

function notJson(): AppError {
  return new AppError(
    'unsupported_media_type',
    'Send the body as JSON, with "Content-Type: application/json".',
  );
}
