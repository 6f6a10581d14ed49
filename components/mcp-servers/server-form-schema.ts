import { z } from 'zod';
import { createServerInput } from '#server/gateway/mcp-servers/schema.ts';

const { alias, url, auth, headers, timeoutSeconds, totalSeconds, maxConcurrent, costUsdPerCall } =
  createServerInput.shape;

const connectionFields = z.object({
  url: z.string().trim().pipe(url),
  auth: auth.unwrap(),
  /** Those that are stored go on being sent; they are not shown again. */
  keepsHeaders: z.boolean(),
  headers: z.array(z.object({ name: z.string().trim(), value: z.string().trim() })),
});

/** Where a server is and what Keyward signs in with: all that a test takes. */
export const connectionPart = connectionFields.transform((connection, context) => {
  const { headers: given, keepsHeaders, ...rest } = connection;
  if (rest.auth !== 'headers' || keepsHeaders) return { ...rest, headers: undefined };
  const names = given.map(({ name }) => name.toLowerCase());
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice >= 0)
    context.addIssue({ code: 'custom', path: ['headers', twice, 'name'], message: 'Name each header once.' });
  const checked = headers
    .unwrap()
    .safeParse(Object.fromEntries(given.map(({ name, value }) => [name, value])));
  for (const issue of checked.error?.issues ?? []) {
    const index = given.findIndex(({ name }) => name === issue.path[0]);
    const isName = issue.code === 'invalid_key';
    const path = index < 0 ? ['headers'] : ['headers', index, isName ? 'name' : 'value'];
    const message = (isName && issue.issues[0]?.message) || issue.message;
    context.addIssue({ code: 'custom', path, message });
  }
  return checked.success && twice < 0 ? { ...rest, headers: checked.data } : z.NEVER;
});

const numberPart = (text: z.ZodType<number, number>) =>
  z
    .string()
    .trim()
    .transform((typed) => (typed === '' ? Number.NaN : Number(typed)))
    .pipe(text);

const plainPart = z.object({
  alias: z.string().trim().pipe(alias),
  timeoutSeconds: numberPart(timeoutSeconds.unwrap()),
  totalSeconds: numberPart(totalSeconds.unwrap()),
  maxConcurrent: numberPart(maxConcurrent.unwrap()),
  costUsdPerCall: z
    .string()
    .trim()
    .transform((typed): string | number => typed)
    .pipe(costUsdPerCall.unwrap()),
});

/** The form as it is filled in, turned into what the server takes. Each part is checked by itself. */
export const serverForm = plainPart.and(connectionPart);

export type ServerValues = z.input<typeof serverForm>;
export type FilledServer = z.output<typeof serverForm>;
