import { z } from 'zod';
import { cursorSchema, idSchema, searchSchema, timestampSchema } from '#server/core/access/schema.ts';

/** Tools of Keyward itself, which stand beside those of servers and without a prefix. */
export const ownToolNames = [
  'whoami',
  'list_tokens',
  'revoke_token',
  'list_agents',
  'rotate_agent_token',
  'usage_summary',
  'explain_access',
] as const;

export const toolLimits = {
  /** Claude Code puts `mcp__keyward__` before it, and its API refuses more than 64 in all. */
  shownName: 50,
  /** So that `<server id>/<name>` fits into a resource id. */
  rawName: 128,
  definitionBytes: 32 * 1_024,
  ofTenant: 2_000,
  /** Of one page of an upstream's list of tools. */
  listBytes: 10 * 1_024 * 1_024,
} as const;

/** Where clients call tools. */
export const mcpPath = '/mcp';

/** The revision of MCP that Keyward speaks to tool servers. */
export const protocolVersion = '2026-07-28';

const jsonObject = z.record(z.string(), z.unknown());
const shownNameSchema = z.string().meta({ description: 'As clients call it.', example: 'github__search' });

export const annotationsView = jsonObject
  .nullable()
  .meta({ description: 'Hints of its server, which may be wrong.', example: { readOnlyHint: true } });

/** A tool as one sees it who may call it. */
export const toolView = z.object({
  name: shownNameSchema,
  title: z.string().nullable().meta({ example: 'Search' }),
  description: z.string().nullable().meta({ example: 'Searches code and issues' }),
  annotations: annotationsView,
  resource: z.string().meta({
    description: 'What a credential names to reach it, of the type `mcp_tool`.',
    example: '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401/search',
  }),
  server: z.object({ id: idSchema, alias: z.string().meta({ example: 'github' }) }),
});
export type ToolView = z.infer<typeof toolView>;

export const wholeToolView = toolView.extend({
  inputSchema: jsonObject.meta({ example: { type: 'object', properties: { query: { type: 'string' } } } }),
  outputSchema: jsonObject.nullable().meta({ example: null }),
});
export type WholeToolView = z.infer<typeof wholeToolView>;

export const listToolsInput = z.strictObject({
  search: searchSchema().optional().meta({ description: 'Part of the name or of the title.' }),
  server: idSchema.optional(),
  cursor: cursorSchema.optional(),
  limit: z.int().min(1).max(500).default(200),
});
export type ListToolsInput = z.infer<typeof listToolsInput>;

export const toolPageView = z.object({
  items: z.array(toolView),
  nextCursor: cursorSchema.nullable(),
  total: z.int().meta({ description: 'Within reach, before any filter.', example: 12 }),
});
export type ToolPageView = z.infer<typeof toolPageView>;

export const toolNameInput = z.strictObject({ name: z.string().min(1).max(200) });

const suspectView = z.object({
  kind: z.enum(['invisible', 'comment']).meta({
    description:
      '`invisible`: characters that a reader does not see. `comment`: of HTML, which pages do not show.',
  }),
  text: z.string().meta({ example: 'U+200B' }),
});

export const toolDifferenceView = z.object({
  field: z.enum(['title', 'description', 'inputSchema', 'outputSchema', 'annotations']),
  before: z.string().nullable().meta({
    description:
      'As it was approved, characters that cannot be seen written as `⟨U+200B⟩`; null: it was not there.',
    example: 'Searches code',
  }),
  after: z.string().nullable().meta({ example: 'Searches code⟨U+200B⟩' }),
  suspects: z.array(suspectView),
});
export type ToolDifferenceView = z.infer<typeof toolDifferenceView>;

/** A tool as those see it who look after servers. */
export const heldToolView = z.object({
  name: z.string().meta({ description: 'As its server calls it.', example: 'search' }),
  shownName: shownNameSchema,
  title: z.string().nullable().meta({ example: 'Search' }),
  description: z.string().nullable().meta({ example: 'Searches code and issues' }),
  state: z.enum(['approved', 'new', 'changed', 'hidden']).meta({
    description:
      '`approved`: offered to all who reach it. `new` and `changed` are held back until someone approves them. `hidden`: another tool has its name.',
  }),
  pin: z.string().meta({ description: 'SHA-256 of what it says now.', example: 'c0ffee…' }),
  difference: z
    .array(toolDifferenceView)
    .meta({ description: 'Of one held back: what approving it would accept.' }),
  foundAt: timestampSchema,
  changedAt: timestampSchema,
  approvedAt: timestampSchema.nullable(),
  goneAt: timestampSchema.nullable().meta({ description: 'Since when its server does not list it.' }),
});
export type HeldToolView = z.infer<typeof heldToolView>;
