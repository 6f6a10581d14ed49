import { cutText } from '#server/core/access/schema.ts';
import type { Exchange } from '#server/doors/http/exchange.ts';
import { assertJsonBounded, type JsonBounds } from '#server/doors/http/json-bounds.ts';
import { AppError, invalid } from '#server/errors.ts';

/** `stranger`: of a caller who proves to be no one, unless a door takes more from them. */
export const bodyLimits = {
  rest: 1_048_576,
  trpc: 262_144,
  form: 16_384,
  mcp: 4_194_304,
  stranger: 8_192,
} as const;

type BodyExchange = Pick<Exchange, 'req' | 'runtime' | 'caller' | 'held'>;

/**
 * The JSON of a request's body and its text, undefined for a request without one. Throws `unsupported_media_type`,
 * `body_too_large`, `invalid_json`, `bad_request` for a field that is given twice, `validation_failed`.
 */
export async function readJson(
  exchange: BodyExchange,
  limit: number,
  bounds?: JsonBounds,
): Promise<{ text: string; value: unknown } | undefined> {
  const type = exchange.req.headers['content-type'];
  if (type !== undefined && !/^application\/json\s*(;|$)/i.test(type)) throw notJson();
  const bytes = await readBody(exchange, limit);
  if (bytes.length === 0) return undefined;
  if (type === undefined) throw notJson();
  const fields = assertJsonBounded(bytes, bounds);
  const text = decodeUtf8(bytes);
  return { text, value: parseBounded(text, fields) };
}

/** The fields of a form. Throws `unsupported_media_type`, `body_too_large`, and `bad_request` for one that is given twice. */
export async function readForm(exchange: BodyExchange, limit: number): Promise<Map<string, string>> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(exchange.req.headers['content-type'] ?? ''))
    throw new AppError(
      'unsupported_media_type',
      'Send a form: "Content-Type: application/x-www-form-urlencoded".',
    );
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(decodeUtf8(await readBody(exchange, limit)))) {
    if (fields.has(name)) throw new AppError('bad_request', 'A field may be given once.');
    assertStorable(value, name);
    fields.set(name, value);
  }
  return fields;
}

/** How much a caller may send to a procedure, by a door that takes `most`. */
export function bodyLimitOf(
  { caller }: Pick<Exchange, 'caller'>,
  { strangerBytes = bodyLimits.stranger }: { strangerBytes?: number },
  most: number,
): number {
  return caller.isKnown ? most : Math.min(strangerBytes, most);
}

/** Parses JSON and holds it to the limits on depth, length and characters. Throws as `readJson` does. */
export function parseJson(text: string): unknown {
  return parseBounded(text, assertJsonBounded(Buffer.from(text)));
}

/** Two parsers may take different ones of two fields with one name, and what was checked is then not what is done. */
function parseBounded(text: string, fields: number): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AppError('invalid_json', 'The body is not JSON. Check its quotes, commas and brackets.');
  }
  if (assertAllStorable(value, '') < fields)
    throw new AppError('bad_request', 'An object has two fields of one name. Give each field once.');
  return value;
}

/**
 * By its events, which costs less than iterating over the request. What arrives counts in the budget that all bodies share
 * until the exchange ends.
 */
function readBody({ req, runtime, caller, held }: BodyExchange, limit: number): Promise<Buffer> {
  assertPlain(req);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const tooLarge = () => new AppError('body_too_large', `The body may hold ${limit} bytes at most.`);
  if (Number(req.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const hold = runtime.admission.bodies.open(caller);
  held.push(hold.release);
  const chunks: Buffer[] = [];
  let length = 0;
  function keep(chunk: Buffer): void {
    length += chunk.length;
    if (length > limit) throw tooLarge();
    hold.add(chunk.length);
    chunks.push(chunk);
  }
  req.on('data', (chunk: Buffer) => {
    try {
      keep(chunk);
    } catch (error) {
      // What is still to come is passed over: who sends it would lose the answer with the connection.
      length = Infinity;
      chunks.length = 0;
      hold.release();
      reject(error);
    }
  });
  const join = () => resolve(Buffer.concat(chunks));
  req.on('end', () => (length > largeBytes ? void takeTurn().then(join) : join()));
  req.on('error', () => reject(new AppError('bad_request', 'The body broke off.')));
  return promise;
}

/** What is larger takes as long as some calls. */
const largeBytes = 65_536;
const largeBodies: (() => void)[] = [];

/** One large body a turn of the event loop: a dozen in one would hold up all others for as long as they take together. */
function takeTurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (largeBodies.push(resolve) === 1) setImmediate(giveTurn);
  return promise;
}

function giveTurn(): void {
  largeBodies.shift()?.();
  if (largeBodies.length > 0) setImmediate(giveTurn);
}

/** A few bytes that unpack to a gigabyte are not for a server of small inputs. Throws `unsupported_media_type`. */
function assertPlain({ headers }: BodyExchange['req']): void {
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

/** Returns how many fields the objects within have. Throws `validation_failed`. */
function assertAllStorable(value: unknown, path: string): number {
  if (typeof value === 'string') assertStorable(value, path);
  if (typeof value !== 'object' || value === null) return 0;
  const entries = Object.entries(value);
  let fields = Array.isArray(value) ? 0 : entries.length;
  for (const [key, item] of entries) {
    assertStorable(key, path);
    fields += assertAllStorable(item, path === '' ? key : `${path}.${key}`);
  }
  return fields;
}

/** PostgreSQL keeps no NUL and no half of a surrogate pair: better said here than failed there. */
export function assertStorable(text: string, path: string): void {
  if (text.includes('\0') || !text.isWellFormed())
    throw invalid(cutText(path, 200), 'Holds a character that cannot be kept.');
}

function notJson(): AppError {
  return new AppError(
    'unsupported_media_type',
    'Send the body as JSON, with "Content-Type: application/json".',
  );
}
