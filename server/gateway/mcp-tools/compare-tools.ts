import type { ToolDefinition } from '#db/schema/tool-servers.ts';
import { canonicalJson } from '#server/gateway/mcp-tools/pin-tool.ts';
import { findSuspects, makeVisible } from '#server/gateway/mcp-tools/rules.ts';
import type { ToolDifferenceView } from '#server/gateway/mcp-tools/schema.ts';

const fields = ['title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const;

/** What a tool says now that it did not when it was approved; of one that never was, all that it says. */
export function compareTools(before: ToolDefinition | null, now: ToolDefinition): ToolDifferenceView[] {
  return fields.flatMap((field) => {
    const [old, text] = [before && textOf(before[field]), textOf(now[field])];
    if (old === text) return [];
    return [
      {
        field,
        before: old === null ? null : makeVisible(old),
        after: text === null ? null : makeVisible(text),
        suspects: text === null ? [] : findSuspects(text),
      },
    ];
  });
}

/** Objects on many lines and with their fields in one order, so that what stayed stands at the same place. */
function textOf(value: unknown): string | null {
  if (value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(JSON.parse(canonicalJson(value)), null, 2);
}
