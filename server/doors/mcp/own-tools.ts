import { z } from 'zod';
import type { Permission } from '#server/core/access/schema.ts';
import { restRoutes, type RestRoute } from '#server/doors/rest/routes.ts';
import type { ownToolNames } from '#server/gateway/mcp-tools/schema.ts';

export interface OwnTool {
  name: string;
  title: string;
  description: string;
  /** Beside `mcp:call`. */
  permission: Permission | null;
  /** Asked of the person before, with what would be done. */
  confirm?: string;
  route: RestRoute;
  /** As clients see it. */
  inputSchema: Record<string, unknown>;
}

type Described = Omit<OwnTool, 'name' | 'route' | 'inputSchema'> & { procedure: string };
/** `usage_summary` waits for usage to be counted. */
type Name = Exclude<(typeof ownToolNames)[number], 'usage_summary'>;

const described: Record<Name, Described> = {
  explain_access: {
    procedure: 'access.explain',
    title: 'Explain access',
    description: 'Says whether a credential may do or reach something, and which rule decides it.',
    permission: null,
  },
  list_agents: {
    procedure: 'agents.list',
    title: 'List agents',
    description: 'Lists agents, with whether each is connected and when its secret was last replaced.',
    permission: 'agents:read',
  },
  list_tokens: {
    procedure: 'tokens.list',
    title: 'List tokens',
    description: 'Lists your own tokens, with what each may do and when it was last used.',
    permission: 'tokens:read',
  },
  revoke_token: {
    procedure: 'tokens.revoke',
    title: 'Revoke a token',
    description: 'Revokes one of your tokens for good. What uses it stops working at once.',
    permission: 'tokens:revoke',
    confirm: 'Revoke this token for good? What uses it stops working at once.',
  },
  rotate_agent_token: {
    procedure: 'rotations.rotate',
    title: 'Rotate the secret of an agent',
    description: 'Gives a connected agent a new secret, which it alone gets to see.',
    permission: 'agents:rotate',
    confirm: 'Give this agent a new secret? The one that it has stops working after the grace period.',
  },
  whoami: {
    procedure: 'sessions.me',
    title: 'Who am I',
    description: 'Says which credential this is, whose it is, and what it may do and reach.',
    permission: null,
  },
};

const routes = restRoutes();

/** Keyward's own tools, by name. They call the procedures that the REST API calls. */
export const ownTools: ReadonlyMap<string, OwnTool> = new Map(
  Object.entries(described).map(([name, { procedure, ...tool }]) => {
    const route = routes.find((candidate) => candidate.name === procedure);
    if (!route) throw new Error(`There is no procedure ${procedure}`);
    return [name, { ...tool, name, route, inputSchema: describeInput(route, tool.confirm) }];
  }),
);

function describeInput({ input }: RestRoute, confirm: string | undefined): Record<string, unknown> {
  const fields = (input ?? z.strictObject({})).extend(
    confirm === undefined
      ? {}
      : {
          confirm: z.boolean().optional().meta({
            description: 'True once the person has agreed, where your client cannot ask them itself.',
          }),
        },
  );
  const { $schema: _, ...schema } = z.toJSONSchema(fields, { io: 'input', unrepresentable: 'any' });
  return schema;
}

/** As `tools/list` has it. */
export function toListedOwnTool({ name, title, description, inputSchema, route, confirm }: OwnTool) {
  const isReading = route.type === 'query' || name === 'explain_access';
  return {
    name,
    title,
    description,
    inputSchema,
    annotations: {
      readOnlyHint: isReading,
      destructiveHint: confirm !== undefined,
      idempotentHint: isReading || name === 'revoke_token',
      openWorldHint: false,
    },
  };
}
