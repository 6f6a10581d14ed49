'use client';
import { ChevronDown } from 'lucide-react';
import { useId, useState } from 'react';
import { CommandLine } from '#components/ui/command-line.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import type { HeldToolView } from '#server/gateway/mcp-tools/schema.ts';
import { MarkedText } from './marked-text.tsx';
import { ToolReach } from './tool-reach.tsx';
import { stateOf, ToolStateBadge } from './tool-state.tsx';

interface ToolRowProps {
  serverId: string;
  tool: HeldToolView;
}

/** A tool in a line, which opens to what it says, what clients and grants call it, and who may reach it. */
export function ToolRow({ serverId, tool }: ToolRowProps) {
  const [isOpen, setIsOpen] = useState(false);
  const id = useId();
  const { name, description } = tool;
  const state = stateOf(tool);
  return (
    <>
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setIsOpen(!isOpen)}
        className="group flex w-full items-center gap-3 rounded-control px-3.5 py-2 text-left transition-colors duration-120 hover:bg-hover focus-visible:-outline-offset-2"
      >
        <span className="min-w-0 flex-1">
          <span className="block truncate font-mono text-sm">{name}</span>
          {!isOpen && description && <span className="block truncate text-sm text-faint">{description}</span>}
        </span>
        {state !== 'approved' && <ToolStateBadge state={state} />}
        <ChevronDown
          aria-hidden
          className="size-4 shrink-0 text-faint transition-transform duration-150 group-aria-expanded:rotate-180"
        />
      </button>
      <div id={id}>{isOpen && <Opened serverId={serverId} tool={tool} />}</div>
    </>
  );
}

function Opened({ serverId, tool: { name, shownName, description, state } }: ToolRowProps) {
  return (
    <div className="grid gap-3 px-3.5 pb-3 text-sm">
      {description && (
        <p className="break-words whitespace-pre-wrap text-muted">
          <MarkedText text={description} />
        </p>
      )}
      {state === 'hidden' ? (
        <p className="text-warn">
          Another tool is offered as <code className="font-mono text-xs break-all">{shownName}</code>. Change
          the alias of one of the servers.
        </p>
      ) : (
        <div className="grid gap-1">
          <p className="text-xs font-medium text-faint">Clients call it</p>
          <CommandLine text={shownName} label={`Copy the name of ${name}`} />
        </div>
      )}
      <Disclosure label="Who may reach it">
        <ToolReach resource={`${serverId}/${name}`} />
      </Disclosure>
    </div>
  );
}
