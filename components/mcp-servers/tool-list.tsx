'use client';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { PanelSection } from '#components/ui/panel-section.tsx';
import { SearchField } from '#components/ui/search-field.tsx';
import type { ServerDetailView } from '#server/gateway/mcp-servers/schema.ts';
import { ToolRow } from './tool-row.tsx';

const shownAtFirst = 20;

/** Every tool of a server, in any state. */
export function ToolList({ detail: { server, tools } }: { detail: ServerDetailView }) {
  const [search, setSearch] = useState('');
  const [showsAll, setShowsAll] = useState(false);
  const wanted = search.trim().toLowerCase();
  const matching = tools.filter(({ name, title }) => `${name} ${title ?? ''}`.toLowerCase().includes(wanted));
  const shown = showsAll ? matching : matching.slice(0, shownAtFirst);
  return (
    <PanelSection title={`Tools (${tools.length})`}>
      {tools.length === 0 && <p className="text-sm text-muted">It lists none.</p>}
      {tools.length > shownAtFirst && (
        <div className="mb-2">
          <SearchField label="Search tools" value={search} onSearch={setSearch} />
        </div>
      )}
      {shown.length > 0 && (
        <ul className="divide-y divide-line rounded-card border border-line">
          {shown.map((tool) => (
            <li key={tool.name} className="[contain-intrinsic-size:auto_3.5rem] [content-visibility:auto]">
              <ToolRow serverId={server.id} tool={tool} />
            </li>
          ))}
        </ul>
      )}
      {wanted !== '' && matching.length === 0 && <p className="text-sm text-muted">No tool matches.</p>}
      {matching.length > shown.length && (
        <Button variant="ghost" className="mt-1 w-full" onClick={() => setShowsAll(true)}>
          Show all {matching.length}
        </Button>
      )}
    </PanelSection>
  );
}
