import { z } from 'zod';

/** What a value is that it should be, in words. */
const kindWords: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};
const formWords: Record<string, string> = {
  uuid: 'an id, such as 019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401',
  datetime: 'a moment such as 2026-11-22T09:30:00Z',
  date: 'a day such as 2026-11-22',
  url: 'an address that begins with https://',
};
const unitWords: Record<string, string> = { string: ' characters', array: ' entries' };

/** What a value that a schema has no sentence of its own for is refused with. */
function refusalSentence(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'This is required.';
  if (issue.code === 'invalid_type') return `Must be ${kindWords[issue.expected] ?? 'something else'}.`;
  if (issue.code === 'too_big') return `At most ${issue.maximum}${unitWords[issue.origin] ?? ''}.`;
  if (issue.code === 'too_small' && issue.origin === 'array' && issue.minimum === 1) return 'At least one.';
  if (issue.code === 'too_small' && issue.origin === 'string' && issue.minimum === 1)
    return 'At least one character.';
  if (issue.code === 'too_small') return `At least ${issue.minimum}${unitWords[issue.origin] ?? ''}.`;
  if (issue.code === 'invalid_value') return `Must be one of: ${issue.values.map(String).join(', ')}.`;
  if (issue.code === 'invalid_format' && issue.format in formWords)
    return `Must be ${formWords[issue.format]}.`;
  if (issue.code === 'unrecognized_keys') return 'Unknown field.';
  return 'This value is not acceptable.';
}
z.config({ customError: refusalSentence });

export const roles = ['viewer', 'member', 'manager', 'admin'] as const;
export const roleSchema = z
  .enum(roles, 'Choose a role: viewer, member, manager or admin.')
  .meta({ description: 'Each role holds all that the one before it holds.' });
export type Role = z.infer<typeof roleSchema>;

export const permissions = [
  'profile:read',
  'tokens:read',
  'tokens:revoke',
  'usage:read',
  'tokens:write',
  'tokens:rotate_self',
  'mcp:call',
  'llm:call',
  'usage:write',
  'budgets:ask',
  'agents:read',
  'agents:write',
  'agents:rotate',
  'keys:read',
  'keys:write',
  'mcp:manage',
  'usage:read_all',
  'budgets:write',
  'users:read',
  'users:write',
  'tokens:admin',
  'audit:read',
  'settings:write',
  'providers:write',
  'users:provision',
  'verify',
  'tenants:write',
] as const;
export const permissionSchema = z.enum(permissions);
export type Permission = z.infer<typeof permissionSchema>;

export const credentialKinds = ['pat', 'key', 'agent'] as const;
/** What a credential is: a person's own token, a tenant's key, an agent's. */
export type CredentialKind = (typeof credentialKinds)[number];

/** The most that a key may do. It has no owner to be capped by, so its maker grants no more than they hold. */
export const keyPermissions = [
  'profile:read',
  'mcp:call',
  'llm:call',
  'usage:read',
  'usage:read_all',
  'usage:write',
  'agents:read',
  'agents:rotate',
  'keys:read',
  'verify',
  'audit:read',
  'users:provision',
] as const satisfies readonly Permission[];

/** The most that an agent may do, within its owner's role. */
export const agentPermissions = [
  'profile:read',
  'usage:read',
  'usage:write',
  'mcp:call',
  'llm:call',
  'budgets:ask',
] as const satisfies readonly Permission[];

/** What a credential was granted: some permissions, or `*` alone for all that its owner's role allows. */
export const grantSchema = z
  .union([z.tuple([z.literal('*')]), z.array(permissionSchema).min(1).max(permissions.length)])
  .refine((grant) => new Set<string>(grant).size === grant.length, 'Name each permission once.')
  .meta({ example: ['*'] });
export type Grant = z.infer<typeof grantSchema>;

export const resourceTypes = ['agent', 'flow', 'mcp_tool', 'vector_store', 'llm_model'] as const;
export type ResourceType = (typeof resourceTypes)[number];

/** Of an id in two parts: `openai/*` is everything behind the first. */
export const partedTypes: ReadonlySet<ResourceType> = new Set(['mcp_tool', 'llm_model']);

/** The permission that using a resource takes, beside reaching it. */
export const permissionToUse: Partial<Record<ResourceType, Permission>> = {
  mcp_tool: 'mcp:call',
  llm_model: 'llm:call',
};

export const resourceLimits = { idLength: 200, idsOfType: 500, ids: 2_000 } as const;

const resourceIdSchema = z
  .string()
  .min(1)
  .max(resourceLimits.idLength)
  .regex(/^[^\p{Cc}]*$/u, 'Control characters are not allowed.');

/** Something that a credential wants to reach. It need not be known to Keyward: other services have resources too. */
export const resourceSchema = z.strictObject({
  type: z.enum(resourceTypes).meta({ example: 'agent' }),
  id: resourceIdSchema.meta({ example: 'build-bot' }),
});
export type Resource = z.infer<typeof resourceSchema>;

/** The same as one text: `agent:build-bot`. */
export const resourceTextSchema = z
  .string()
  .transform((text) => ({ type: text.split(':', 1)[0], id: text.slice(text.indexOf(':') + 1) }))
  .pipe(resourceSchema)
  .meta({ description: '`type:id`', example: 'agent:build-bot' });

function resourceListSchema(idForm: z.ZodString) {
  const list = z
    .array(idForm.regex(/^(?!\*$)/, 'Write "*" in place of the list, not beside ids.'))
    .max(resourceLimits.idsOfType)
    .refine((ids) => new Set(ids).size === ids.length, 'Name each id once.');
  return z
    .union([z.literal('*'), list], `Write "*", or a list of at most ${resourceLimits.idsOfType} ids.`)
    .default([]);
}
const partedSchema = (parts: string) =>
  resourceIdSchema.regex(/^[^/*]+\/(\*|[^*]+)$/, `Write it as ${parts}, or with /* for all of them.`);

/** What a credential may reach, by type: some ids, or `*` for every one. A type left out reaches nothing. */
export const resourcesSchema = z
  .strictObject({
    agent: resourceListSchema(resourceIdSchema),
    flow: resourceListSchema(resourceIdSchema),
    mcp_tool: resourceListSchema(partedSchema('<server id>/<tool>')),
    vector_store: resourceListSchema(resourceIdSchema),
    llm_model: resourceListSchema(partedSchema('<provider>/<model>')),
  })
  .refine(
    (resources) =>
      Object.values(resources).reduce((sum, ids) => sum + (ids === '*' ? 0 : ids.length), 0) <=
      resourceLimits.ids,
    `At most ${resourceLimits.ids} ids in all.`,
  )
  .meta({ example: { flow: ['nightly-report'], llm_model: ['openai/*'] } });
export type Resources = z.infer<typeof resourcesSchema>;

const resourceListView = z.union([z.literal('*'), z.array(z.string())]);
export const resourcesView = z
  .object({
    agent: resourceListView,
    flow: resourceListView,
    mcp_tool: resourceListView,
    vector_store: resourceListView,
    llm_model: resourceListView,
  })
  .meta({
    description: 'What it may reach, by type: ids, or `*` for every one.',
    example: { agent: [], flow: ['nightly-report'], mcp_tool: [], vector_store: [], llm_model: ['openai/*'] },
  });

export const idSchema = z.uuid().meta({ example: '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401' });
/** A moment with its offset from UTC, as RFC 3339 has it. In a query, a `+` that was not encoded arrives as a space. */
export const timestampSchema = z
  .string()
  .overwrite((text) => text.replace(/ (?=\d\d:\d\d$)/, '+'))
  .check(z.iso.datetime({ offset: true }))
  // The database knows no year 0.
  .refine((text) => !(new Date(text).getUTCFullYear() < 1), 'There is no year 0.')
  .meta({ example: '2026-11-22T09:30:00.000Z' });

/** A credential as its holder sees it, with no more of its secret than the displayable prefix. */
export const credentialView = z.object({
  id: idSchema,
  kind: z.enum(['pat', 'key', 'agent']),
  name: z.string().meta({ example: 'laptop' }),
  prefix: z.string().meta({ example: 'kw_pat_4fT9xQ2a' }),
  permissions: grantSchema,
  resources: resourcesView.nullable().meta({ description: 'Null: every resource.' }),
});

/** A letter, number, mark of punctuation or symbol that is more than empty space. */
const visible =
  /(?!\p{Default_Ignorable_Code_Point}|[\u2800\u3164\u115F\u1160\uFFA0])[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * One line of text that a person typed: trimmed, in the Unicode form NFC, with something to see in it, and without control
 * characters or what turns text round or is not seen. What some scripts and emoji need is kept: joiners within a word, and
 * the tags of the flags of England, Scotland and Wales.
 */
export const lineSchema = (max: number, empty = 'Write something here.') =>
  z
    .string()
    .trim()
    .normalize('NFC')
    .min(1, empty)
    .max(max, `At most ${max} characters.`)
    .regex(
      /^(?:[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\u{1F3F4}\u{E0067}\u{E0062}[\u{E0061}-\u{E007A}]{3}\u{E007F}|(?<=[^\s\u200C\u200D])[\u200C\u200D](?=[^\s\u200C\u200D]))*$/u,
      'Control characters and invisible ones are not allowed.',
    )
    .regex(visible, 'Write something that can be seen.');

/** What a person searches for. */
export const searchSchema = (max = 100) =>
  z.string().trim().normalize('NFC').max(max, `At most ${max} characters.`);

/** Where the page before ended; what it holds is the list's own. */
export const cursorSchema = z
  .string()
  .regex(/^[\w-]{1,4000}$/, 'This is not a cursor. Start again from the first page.')
  .meta({ description: '`nextCursor` of the page before, for the same sort and order.' });

/** A text as it is compared, ignoring case and Unicode form: the same as `fold_text` in the database. */
export function foldText(text: string): string {
  // Upwards first, which makes one of all forms of sigma, of the two i without a dot, and of sharp s.
  const capitals = text.normalize('NFKD').toUpperCase().replaceAll('\u1E9E', 'SS').normalize('NFKD');
  return Array.from(capitals, (letter) => letter.toLowerCase())
    .join('')
    .replaceAll('i\u0307', 'i')
    .normalize('NFC');
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The beginning of a text, up to so many UTF-16 units. A character is cut only where it is longer than that alone. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = graphemes.segment(text).containing(max)?.index;
  return end ? text.slice(0, end) : text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '');
}

/** For procedures that take nothing: an unknown field is refused there too. */
export const noInput = z.strictObject({}).optional();

const nowhere = 'http://keyward.invalid';

/**
 * Where to go after signing in: a page of this site, or `/` for anything that a browser could take for another place,
 * encoded forms included, and for the sign-in page itself.
 */
export function safeNext(next: string | null | undefined): string {
  if (!next || !staysHere(next) || !staysHere(decoded(next)) || !staysHere(decoded(decoded(next))))
    return '/';
  const { pathname, search, hash } = new URL(next, nowhere);
  return /^\/(login|api|trpc)(\/|$)/.test(pathname) ? '/' : pathname + search + hash;
}

/** One slash and then none, nothing a URL parser drops or turns round, and still so once dots are worked out. */
function staysHere(path: string): boolean {
  if (!/^\/(?![/\\])/.test(path) || /[\p{Cc}\\]/u.test(path) || !URL.canParse(path, nowhere)) return false;
  const url = new URL(path, nowhere);
  return url.origin === nowhere && !url.pathname.startsWith('//');
}

/** ASCII only: nothing else could lead away. A `%` that encodes nothing is left as it is. */
function decoded(path: string): string {
  return path.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** The person as they and their answers name them; the part of a user that is safe to show to the user. */
export const profileView = z.object({
  id: idSchema,
  email: z.string().meta({ example: 'ada@example.com' }),
  name: z.string().meta({ example: 'Ada Lovelace' }),
  role: roleSchema,
  tenantId: idSchema,
});
export type ProfileView = z.infer<typeof profileView>;
