import { z } from 'zod';
import { idSchema, timestampSchema } from '#server/core/access/schema.ts';
import { upstreamFaults } from '#server/core/upstream/schema.ts';
import { heldToolView } from '#server/gateway/mcp-tools/schema.ts';

export const serverLimits = { ofTenant: 100, headers: 20, headerValue: 4_096 } as const;

const aliasSchema = z
  .string()
  .regex(/^[a-z0-9-]{1,24}$/, 'Write 1 to 24 of: a to z, 0 to 9 and -.')
  .meta({ description: 'What its tools’ names begin with.', example: 'github' });

const urlSchema = z
  .url({ protocol: /^https?$/, message: 'Write an address such as https://tools.example.com/mcp.' })
  .max(2_000)
  .transform((text) => new URL(text).href)
  .meta({ example: 'https://tools.example.com/mcp' });

/** What Keyward writes itself, and what belongs to a connection. */
const ownHeaders =
  /^(accept|accept-encoding|connection|content-.*|expect|host|keep-alive|mcp-.*|proxy-.*|te|trailer|traceparent|transfer-encoding|upgrade|user-agent)$/;

const headerNameSchema = z
  .string()
  .max(100)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'This is no name of a header.')
  .toLowerCase()
  .refine((name) => !ownHeaders.test(name), 'Keyward writes this header itself.');

const headersSchema = z
  .record(
    headerNameSchema,
    z
      .string()
      .min(1)
      .max(serverLimits.headerValue)
      .regex(/^[\t\x20-\x7e]+$/, 'Only ASCII characters, on one line.'),
  )
  .refine((headers) => Object.keys(headers).length > 0, 'At least one.')
  .refine(
    (headers) => Object.keys(headers).length <= serverLimits.headers,
    `At most ${serverLimits.headers} headers.`,
  )
  .meta({
    description: 'Sent with each request to the server; stored encrypted and never shown again.',
    example: { authorization: 'Bearer ...' },
  });

const costSchema = z
  .union([z.number().min(0).max(1_000_000), z.string().regex(/^\d{1,7}(\.\d{1,9})?$/)])
  .transform((cost) => (typeof cost === 'number' ? cost.toFixed(9) : cost))
  .meta({ description: 'In US dollars, to nine decimals.', example: '0.002' });

const connectionFields = {
  url: urlSchema,
  transport: z.enum(['auto', 'http']).default('auto'),
  auth: z.enum(['none', 'headers', 'keyward_jwt']).default('none').meta({
    description:
      '`headers`: those given here. `keyward_jwt`: a JWT of five minutes that says who calls, for this URL alone.',
  }),
  headers: headersSchema.optional(),
};
const timeoutSchema = z
  .int()
  .min(1)
  .max(600)
  .meta({ description: 'How long a call may be silent; progress begins it anew.', example: 60 });
const totalSchema = z
  .int()
  .min(1)
  .max(14_400)
  .meta({ description: 'How long a call may take in all.', example: 1_800 });
const concurrencySchema = z.int().min(1).max(256).meta({ description: 'Calls at once.', example: 16 });

export const testServerInput = z.strictObject(connectionFields);
export type TestServerInput = z.infer<typeof testServerInput>;

export const createServerInput = z.strictObject({
  alias: aliasSchema,
  ...connectionFields,
  timeoutSeconds: timeoutSchema.default(60),
  totalSeconds: totalSchema.default(1_800),
  maxConcurrent: concurrencySchema.default(16),
  costUsdPerCall: costSchema.default('0'),
  enabled: z.boolean().default(true),
});
export type CreateServerInput = z.infer<typeof createServerInput>;

export const serverIdInput = z.strictObject({ id: idSchema });
export type ServerIdInput = z.infer<typeof serverIdInput>;

export const updateServerInput = z.strictObject({
  id: idSchema,
  alias: aliasSchema.optional(),
  url: urlSchema.optional(),
  transport: z.enum(['auto', 'http']).optional(),
  auth: z.enum(['none', 'headers', 'keyward_jwt']).optional(),
  headers: headersSchema.optional().meta({ description: 'In place of all that are sent now.' }),
  timeoutSeconds: timeoutSchema.optional(),
  totalSeconds: totalSchema.optional(),
  maxConcurrent: concurrencySchema.optional(),
  costUsdPerCall: costSchema.optional(),
  enabled: z.boolean().optional(),
});
export type UpdateServerInput = z.infer<typeof updateServerInput>;

export const approveToolsInput = z.strictObject({
  id: idSchema,
  tools: z
    .array(z.string().min(1).max(128))
    .min(1)
    .max(2_000)
    .optional()
    .meta({
      description: 'As the server calls them; left out: all that are held back.',
      example: ['search'],
    }),
  pins: z
    .record(z.string().max(128), z.string().regex(/^[0-9a-f]{64}$/))
    .optional()
    .meta({
      description:
        'The `pin` of each tool as it was read. One that has changed since is not approved: `tool_changed`.',
      example: {},
    }),
});
export type ApproveToolsInput = z.infer<typeof approveToolsInput>;

export const trustServerInput = z.strictObject({ id: idSchema, on: z.boolean() });
export type TrustServerInput = z.infer<typeof trustServerInput>;

const faultSchema = z.enum(upstreamFaults);

export const serverView = z.object({
  id: idSchema,
  alias: aliasSchema,
  url: z.string().meta({ example: 'https://tools.example.com/mcp' }),
  transport: z.enum(['auto', 'http']),
  auth: z.enum(['none', 'headers', 'keyward_jwt']),
  headers: z.array(z.string()).meta({
    description: 'The names of its headers; their values are never shown.',
    example: ['authorization'],
  }),
  timeoutSeconds: timeoutSchema,
  totalSeconds: totalSchema,
  maxConcurrent: concurrencySchema,
  costUsdPerCall: z.string().meta({ example: '0.002' }),
  enabled: z.boolean(),
  trusted: z.boolean().meta({ description: 'Its new and changed tools are not held back.' }),
  health: z.object({
    status: z.enum(['up', 'degraded', 'down']),
    since: timestampSchema,
    fault: faultSchema.nullable(),
    checkedAt: timestampSchema.nullable(),
  }),
  tools: z
    .object({ approved: z.int(), new: z.int(), changed: z.int(), hidden: z.int(), leftOut: z.int() })
    .meta({
      description: '`leftOut`: that it lists and that cannot be kept, or for which there is no room.',
      example: { approved: 12, new: 1, changed: 0, hidden: 0, leftOut: 0 },
    }),
  lastUsedAt: timestampSchema,
  createdAt: timestampSchema,
  createdBy: z.object({ id: idSchema, label: z.string().meta({ example: 'ada@example.com' }) }),
});
export type ServerView = z.infer<typeof serverView>;

export const serversView = z.object({ items: z.array(serverView) });
export type ServersView = z.infer<typeof serversView>;

export const serverDetailView = z.object({
  server: serverView,
  tools: z.array(heldToolView),
  grants: z.int().meta({
    description: 'Credentials that name a tool of it, or all of its tools.',
    example: 3,
  }),
});
export type ServerDetailView = z.infer<typeof serverDetailView>;

export const serverTestView = z.object({
  ok: z.boolean(),
  era: z.enum(['modern']).nullable().meta({ description: 'The revision 2026-07-28; null where it failed.' }),
  tools: z.array(heldToolView.pick({ name: true, title: true, description: true })),
  ms: z.int().meta({ example: 84 }),
  code: faultSchema.nullable().meta({ description: 'Why it failed.', example: null }),
  message: z.string().nullable().meta({ example: null }),
});
export type ServerTestView = z.infer<typeof serverTestView>;
