import { z } from 'zod';

/** Breaks the protocol: the connection is closed, with this as the reason. */
export class ProtocolError extends Error {}

/** What the other side asks for; without an id it waits for no answer. */
export interface Call {
  kind: 'call';
  id: string | number | undefined;
  method: string;
  params: unknown;
}

/** What the other side answers. */
export interface Reply {
  kind: 'reply';
  id: string | number;
  outcome: { result: unknown } | { error: { message: string; data?: unknown } };
}

const idForm = z.union([z.string().max(100), z.int()]);
const version = z.literal('2.0');
const callForm = z.strictObject({
  jsonrpc: version,
  id: idForm.optional(),
  method: z.string().max(100),
  params: z.looseObject({}).optional(),
});
const resultForm = z.strictObject({ jsonrpc: version, id: idForm, result: z.unknown() });
const errorForm = z.strictObject({
  jsonrpc: version,
  id: idForm,
  error: z.strictObject({ code: z.int(), message: z.string(), data: z.unknown().optional() }),
});

/** Reads a message of JSON-RPC 2.0. Throws `ProtocolError` for all that is none, and for batches of them. */
export function readMessage(text: string): Call | Reply {
  const value = parse(text);
  if (Array.isArray(value)) throw new ProtocolError('send one message a frame, no array');
  if (typeof value !== 'object' || value === null) throw notJsonRpc();
  if ('method' in value) {
    const { id, method, params } = readAs(callForm, value);
    return { kind: 'call', id, method, params: params ?? {} };
  }
  if ('error' in value) {
    const { id, error } = readAs(errorForm, value);
    return { kind: 'reply', id, outcome: { error } };
  }
  if (!('result' in value)) throw notJsonRpc();
  const { id, result } = readAs(resultForm, value);
  return { kind: 'reply', id, outcome: { result } };
}

/** Throws `ProtocolError` unless a value has a form. */
export function readAs<Form extends z.ZodType>(form: Form, value: unknown): z.infer<Form> {
  const parsed = form.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ProtocolError(`not as it should be: ${issue?.path.join('.') || 'the message'}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notJsonRpc();
  }
}

const notJsonRpc = () => new ProtocolError('this is no message of JSON-RPC 2.0');
