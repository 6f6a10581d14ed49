'use client';
import { useQuery } from '@tanstack/react-query';
import { PencilLine, Radio } from 'lucide-react';
import { useRef } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { ResourceHistory } from '#components/audit/resource-history.tsx';
import { useMe } from '#components/sessions/use-me.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { SidePanel } from '#components/ui/side-panel.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { useNow } from '#components/ui/use-now.ts';
import type { ServerDetailView, ServerView } from '#server/gateway/mcp-servers/schema.ts';
import { HeldTools } from './held-tools.tsx';
import type { ServerActs } from './server-acts.ts';
import { ServerFacts } from './server-facts.tsx';
import { ServerMenu } from './server-menu.tsx';
import { ServerStatusBadge } from './server-status.tsx';
import { healthWords } from './server-words.ts';
import { serverQuery } from './servers-query.ts';
import { ToolList } from './tool-list.tsx';

interface ServerPanelProps {
  id: string;
  acts: ServerActs;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

/** One server in full: how it is, what waits to be approved, how it is connected to, its tools, and what happened to it. */
export function ServerPanel({ id, acts, returnTo, onClose }: ServerPanelProps) {
  const { data, error } = useQuery(serverQuery(id));
  return (
    <SidePanel
      title={data?.server.alias ?? 'MCP server'}
      description={
        data && (
          <span className="mt-1.5 flex">
            <ServerStatusBadge server={data.server} />
          </span>
        )
      }
      onClose={onClose}
      returnTo={returnTo}
      footer={data && <PanelActs server={data.server} acts={actsOfPanel(acts, onClose)} />}
    >
      {!data && (error ? <Failed error={error} /> : <PanelSkeleton />)}
      {data && <Detail detail={data} acts={actsOfPanel(acts, onClose)} />}
    </SidePanel>
  );
}

/** A dialog belongs to the page: the panel makes room for it. */
function actsOfPanel(acts: ServerActs, onClose: () => void): ServerActs {
  return {
    ...acts,
    onAsk(question, server) {
      onClose();
      acts.onAsk(question, server);
    },
  };
}

function Detail({ detail, acts }: { detail: ServerDetailView; acts: ServerActs }) {
  const { server } = detail;
  const seesLog = useMe().data?.permissions.includes('audit:read') ?? false;
  const unwell = healthWords(server, useNow());
  const root = useRef<HTMLDivElement>(null);
  return (
    <div ref={root} tabIndex={-1} className="grid gap-6 outline-none">
      {unwell && <Alert variant={server.health.status === 'down' ? 'danger' : 'warn'}>{unwell}</Alert>}
      <HeldTools detail={detail} onApproved={() => root.current?.focus()} />
      <ServerFacts server={server} acts={acts} />
      {seesLog && <ResourceHistory id={server.id} linkLabel="Calls and changes in the audit log" />}
      <ToolList detail={detail} />
    </div>
  );
}

function PanelActs({ server, acts }: { server: ServerView; acts: ServerActs }) {
  return (
    <>
      <ServerMenu server={server} acts={acts} isRest />
      <Button onClick={() => acts.onAsk('edit', server)}>
        <PencilLine aria-hidden />
        Edit…
      </Button>
      <Button variant="primary" onClick={() => acts.onTest(server)}>
        <Radio aria-hidden />
        Test now
      </Button>
    </>
  );
}

function PanelSkeleton() {
  return (
    <div role="status" aria-label="Loading the server" className="grid gap-3">
      <Skeleton className="mb-3 h-12 w-full" />
      {['w-64', 'w-52', 'w-60', 'w-56', 'w-40'].map((width) => (
        <Skeleton key={width} className={`h-3.5 max-w-full ${width}`} />
      ))}
    </div>
  );
}
