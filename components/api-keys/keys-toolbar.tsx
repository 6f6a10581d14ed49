'use client';
import { ArrowDownWideNarrow } from 'lucide-react';
import { statuses, statusWords } from '#components/tokens/status.tsx';
import { sorts, sortWords } from '#components/tokens/use-token-filters.ts';
import { countControl } from '#components/ui/count-control.tsx';
import { listControl, ListToolbar } from '#components/ui/list-toolbar.tsx';
import type { TokenCounts } from '#server/credentials/tokens/schema.ts';
import type { KeyFilters } from './use-key-filters.ts';

interface KeysToolbarProps {
  filters: KeyFilters;
  counts: TokenCounts | null | undefined;
  summary: string | undefined;
  onChange: (change: Partial<KeyFilters>) => void;
  onClear: (() => void) | undefined;
}

export function KeysToolbar({ filters, counts, summary, onChange, onClear }: KeysToolbarProps) {
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
