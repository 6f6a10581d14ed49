'use client';
import { useQuery } from '@tanstack/react-query';
import { Plug, SearchX } from 'lucide-react';
import { parseAsString, useQueryState } from 'nuqs';
import { Failed } from '#components/api/failed.tsx';
import { PageHead } from '#components/frame/page-head.tsx';
import { byServer } from '#components/resources/known-tools.ts';
import { toolsQuery } from '#components/resources/tools-query.ts';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ListSummary, matchingWords } from '#components/ui/list-summary.tsx';
import { ListToolbar } from '#components/ui/list-toolbar.tsx';
import type { ToolView } from '#server/gateway/mcp-tools/schema.ts';
import { ReachableTool } from './reachable-tool.tsx';
import { ServerListSkeleton } from './server-list-skeleton.tsx';

const searchParser = parseAsString.withDefault('').withOptions({ history: 'replace' });

/** The tools that one may call, by server: for those who manage none. */
export function ReachableTools() {
  const { data, error } = useQuery(toolsQuery);
  const [search, setSearch] = useQueryState('search', searchParser);
  const wanted = search.trim().toLowerCase();
  const matching = data?.filter(({ name, title }) => `${name} ${title ?? ''}`.toLowerCase().includes(wanted));
  const isFiltered = wanted !== '';
  const onClear = isFiltered ? () => void setSearch(null) : undefined;
  const count = matching && { count: matching.length, isExact: true };
  const summary = matchingWords(count, { isFiltered, one: 'tool', many: 'tools' });
  return (
    <>
      <PageHead title="MCP servers" />
      {data?.length === 0 ? (
        <NoneYet />
      ) : (
        <>
          <ListToolbar
            search={{ label: 'Search tools', value: search, onSearch: (text) => void setSearch(text) }}
            controls={[]}
            summary={summary}
            onClear={onClear}
          />
          <ListSummary words={summary} onClear={matching?.length ? onClear : undefined} />
        </>
      )}
      {!data && (error ? <Failed error={error} /> : <ServerListSkeleton />)}
      {data && data.length > 0 && matching?.length === 0 && <NoneMatch onClear={onClear} />}
      <div className="grid gap-6">
        {byServer(matching ?? []).map(({ id, alias, tools }) => (
          <ServerTools key={id} alias={alias} tools={tools} />
        ))}
      </div>
    </>
  );
}

function ServerTools({ alias, tools }: { alias: string; tools: readonly ToolView[] }) {
  return (
    <section aria-label={alias}>
      <h2 className="mb-2 font-semibold">
        {alias} <span className="font-normal text-faint tabular-nums">{tools.length}</span>
      </h2>
      <ul className="divide-y divide-line rounded-card border border-line bg-surface">
        {tools.map((tool) => (
          <li key={tool.name} className="[contain-intrinsic-size:auto_3.5rem] [content-visibility:auto]">
            <ReachableTool tool={tool} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function NoneYet() {
  return (
    <EmptyState icon={Plug} title="No tools yet">
      Tools of MCP servers, such as a tracker or a warehouse, which your AI clients call through Keyward. A
      manager adds the servers.
    </EmptyState>
  );
}

function NoneMatch({ onClear }: { onClear: (() => void) | undefined }) {
  return (
    <EmptyState
      icon={SearchX}
      title="No tools match"
      action={onClear && <Button onClick={onClear}>Clear search</Button>}
    >
      Try part of a name or of a title.
    </EmptyState>
  );
}
