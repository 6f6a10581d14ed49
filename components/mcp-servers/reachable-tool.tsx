'use client';
import type { ToolView } from '#server/gateway/mcp-tools/schema.ts';

/** A tool as one may call it: its name for clients, and what it says of itself. */
export function ReachableTool({ tool: { name, title, description } }: { tool: ToolView }) {
  return (
    <article aria-label={name} className="px-3.5 py-2.5">
      <p className="flex flex-wrap items-baseline gap-x-3">
        <code className="font-mono text-sm font-medium break-all select-all">{name}</code>
        {title && !name.endsWith(title) && <span className="text-sm text-faint">{title}</span>}
      </p>
      {description && <p className="mt-0.5 line-clamp-3 text-sm text-muted">{description}</p>}
    </article>
  );
}
