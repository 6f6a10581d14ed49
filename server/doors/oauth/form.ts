import type { z } from 'zod';
import { readForm } from '#server/doors/http/body.ts';
import type { Exchange } from '#server/doors/http/exchange.ts';

/** A form as its fields; those without a value count as left out (RFC 6749, section 3.1). */
export type Form = Readonly<Record<string, string>>;

/** What RFC 6749, section 5.2, and its extensions let an error be called. */
export class OauthError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Reads a form of at most so many bytes. Throws what `readForm` throws. */
export async function readOauthForm(exchange: Exchange, limit: number): Promise<Form> {
  const fields = await readForm(exchange, limit);
  return Object.fromEntries([...fields].filter(([, value]) => value !== ''));
}

/** What an error is called that is about one field; any other is an `invalid_request`. */
const errorsOf: Record<string, string> = {
  audience: 'invalid_target',
  client_id: 'invalid_client',
  resource: 'invalid_target',
  scope: 'invalid_scope',
};

/** The fields of a form as an endpoint wants them; others are passed over. Throws `OauthError`, which names the field. */
export function parseForm<Output>(form: Form, schema: z.ZodType<Output>): Output {
  const parsed = schema.safeParse(form);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = String(issue?.path[0]);
  if (!Object.hasOwn(form, field)) throw new OauthError('invalid_request', `${field}: this is needed.`);
  throw new OauthError(errorsOf[field] ?? 'invalid_request', `${field}: ${issue?.message}`);
}
