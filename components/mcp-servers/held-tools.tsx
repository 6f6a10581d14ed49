'use client';
import { Check } from 'lucide-react';
import { Button } from '#components/ui/button.tsx';
import { PanelSection } from '#components/ui/panel-section.tsx';
import type { ServerDetailView } from '#server/gateway/mcp-servers/schema.ts';
import type { HeldToolView } from '#server/gateway/mcp-tools/schema.ts';
import { ToolDifference } from './tool-difference.tsx';
import { ToolStateBadge } from './tool-state.tsx';
import { useApproveTools } from './use-server-changes.ts';

interface HeldToolsProps {
  detail: ServerDetailView;
  /** The button that was pressed goes with its tool: the focus has to go somewhere. */
  onApproved: () => void;
}

/** The tools of a server that wait to be read, each with what approving it would accept; nothing where there are none. */
export function HeldTools({ detail: { server, tools }, onApproved }: HeldToolsProps) {
  const approve = useApproveTools();
  const held = tools.filter(isHeld);
  if (held.length === 0) return null;
  function send(read: readonly HeldToolView[]) {
    const names = read.map(({ name }) => name);
    const pins = Object.fromEntries(read.map(({ name, pin }) => [name, pin]));
    approve.mutate({ id: server.id, tools: names, pins }, { onSuccess: onApproved });
  }
  return (
    <PanelSection
      title={`Held back (${held.length})`}
      aside={
        held.length > 1 && (
          <Button size="sm" pending={approve.isPending} onClick={() => send(held)}>
            Approve all {held.length}
          </Button>
        )
      }
    >
      <p className="mb-3 text-sm text-muted">
        No one can call these until you approve them. Read what they say: models follow it.
      </p>
      <ul className="grid gap-3">
        {held.map((tool) => (
          <li key={tool.name} className="[contain-intrinsic-size:auto_10rem] [content-visibility:auto]">
            <Held tool={tool} isSending={approve.isPending} onApprove={() => send([tool])} />
          </li>
        ))}
      </ul>
    </PanelSection>
  );
}

const isHeld = ({ state, goneAt }: HeldToolView) =>
  goneAt === null && (state === 'new' || state === 'changed');

interface HeldProps {
  tool: HeldToolView;
  isSending: boolean;
  onApprove: () => void;
}

function Held({ tool, isSending, onApprove }: HeldProps) {
  return (
    <article aria-label={tool.name} className="rounded-card border border-line px-3.5 py-3">
      <div className="mb-3 flex items-center gap-2">
        <h4 className="min-w-0 flex-1 font-mono text-sm font-medium break-all">{tool.name}</h4>
        <ToolStateBadge state={tool.state} />
      </div>
      <ToolDifference difference={tool.difference} />
      <div className="mt-3 flex justify-end">
        <Button size="sm" pending={isSending} aria-label={`Approve ${tool.name}`} onClick={onApprove}>
          <Check aria-hidden />
          Approve
        </Button>
      </div>
    </article>
  );
}
