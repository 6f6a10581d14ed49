'use client';
import { ArrowDown, ArrowDownWideNarrow, ArrowUp, History, X } from 'lucide-react';
import { statuses, statusWords } from '#components/tokens/status.tsx';
import { Chip, ChipGroup } from '#components/ui/chip.tsx';
import { countControl } from '#components/ui/count-control.tsx';
import { listControl, ListToolbar } from '#components/ui/list-toolbar.tsx';
import type { TokenCounts } from '#server/credentials/tokens/schema.ts';
import {
  type AdminFilters,
  type Sort,
  sortChips,
  sorts,
  sortWords,
  windows,
  windowWords,
} from './use-admin-filters.ts';

interface AdminToolbarProps {
  filters: AdminFilters;
  counts: TokenCounts | null | undefined;
  summary: string | undefined;
  onChange: (change: Partial<AdminFilters>) => void;
  onClear: (() => void) | undefined;
}

export function AdminToolbar({ filters, counts, summary, onChange, onClear }: AdminToolbarProps) {
  const sortBy = (sort: Sort) => onChange({ sort });
  return (
    <ListToolbar
      search={{
        label: 'Search owner, name or prefix',
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
          icon: History,
          label: 'Last use',
          value: filters.used ?? 'any',
          options: [['any', 'Any last use'], ...windows.map((value) => [value, windowWords[value]] as const)],
          onChoose: (used) => onChange({ used: used === 'any' ? null : used }),
          isSet: filters.used !== null,
        }),
        listControl({
          icon: ArrowDownWideNarrow,
          label: 'Sort',
          value: filters.sort,
          options: sorts.map((sort) => [sort, sortWords[sort]] as const),
          onChoose: sortBy,
          inline: <SortChips sort={filters.sort} onSort={sortBy} />,
        }),
      ]}
      summary={summary}
      onClear={onClear}
    >
      {filters.user && (
        <button
          type="button"
          onClick={() => onChange({ user: '' })}
          aria-label={`Tokens of everyone, not only of ${filters.user}`}
          className="flex h-7 w-max max-w-full items-center gap-1.5 rounded-full bg-accent-soft pr-2 pl-3 text-sm text-accent-ink hover:underline"
        >
          <span className="truncate">Owner: {filters.user}</span>
          <X aria-hidden className="size-3.5 shrink-0" />
        </button>
      )}
    </ListToolbar>
  );
}

/** Pressed again, one that has two directions turns round. */
function SortChips({ sort, onSort }: { sort: Sort; onSort: (sort: Sort) => void }) {
  return (
    <ChipGroup label="Sort">
      {sortChips.map(([words, ...directions]) => {
        const at = directions.indexOf(sort);
        const next = directions[(at + 1) % directions.length] ?? sort;
        const isEitherWay = directions.length > 1;
        return (
          <Chip
            key={words}
            pressed={at >= 0}
            label={`Sort by ${words.toLowerCase()}${isEitherWay ? `: ${sortWords[at >= 0 ? sort : next].toLowerCase()}` : ''}`}
            onPress={() => onSort(next)}
          >
            {words}
            {isEitherWay && at === 0 && <ArrowDown aria-hidden />}
            {at === 1 && <ArrowUp aria-hidden />}
          </Chip>
        );
      })}
    </ChipGroup>
  );
}
