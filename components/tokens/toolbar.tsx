'use client';
import { ArrowDownWideNarrow } from 'lucide-react';
import { countControl } from '#components/ui/count-control.tsx';
import { listControl, ListToolbar } from '#components/ui/list-toolbar.tsx';
import type { TokenCounts } from '#server/credentials/tokens/schema.ts';
import { statuses, statusWords } from './status.tsx';
import { sorts, sortWords, type TokenFilters } from './use-token-filters.ts';

type ListFilters = Pick<TokenFilters, 'status' | 'search' | 'sort'>;

interface ToolbarProps {
  filters: ListFilters;
  counts: TokenCounts | null | undefined;
  summary: string | undefined;
  onChange: (change: Partial<ListFilters>) => void;
  onClear: (() => void) | undefined;
}

/** Above a list of tokens or keys. */
export function Toolbar({ filters, counts, summary, onChange, onClear }: ToolbarProps) {
  return (
    <ListToolbar
      search={{
        label: 'Search name or prefix',
        value: filters.search,
        onSearch: (search) => onChange({ search }),
      }}
      controls={[
        countControl({
          label: 'Status',
          words: statusWords,
          values: statuses,
          counts,
          value: filters.status,
          onChoose: (status) => onChange({ status }),
        }),
        listControl({
          icon: ArrowDownWideNarrow,
          label: 'Sort',
          value: filters.sort,
          options: sorts.map((sort) => [sort, sortWords[sort]] as const),
          onChoose: (sort) => onChange({ sort }),
        }),
      ]}
      summary={summary}
      onClear={onClear}
    />
  );
}
