'use client';
import { ArrowDown, ArrowUp, History, X } from 'lucide-react';
import { statuses, statusWords } from '#components/tokens/status.tsx';
import { Chip, ChipGroup, CountChips } from '#components/ui/chip.tsx';
import { SearchField } from '#components/ui/search-field.tsx';
import { SelectMenu } from '#components/ui/select-menu.tsx';
import type { TokenPageView } from '#server/credentials/tokens/schema.ts';
import {
  type AdminFilters,
  type Sort,
  sortChips,
  sortWords,
  windows,
  windowWords,
} from './use-admin-filters.ts';

interface AdminToolbarProps {
  filters: AdminFilters;
  counts: TokenPageView['counts'] | undefined;
  onChange: (change: Partial<AdminFilters>) => void;
}

export function AdminToolbar({ filters, counts, onChange }: AdminToolbarProps) {
  return (
    <div className="mb-3 grid grid-cols-[minmax(0,1fr)] gap-1">
      <div className="flex flex-col gap-x-4 gap-y-2 lg:flex-row lg:items-center">
        <CountChips
          label="Status"
          words={statusWords}
          values={statuses}
          counts={counts}
          value={filters.status}
          onChoose={(status) => onChange({ status })}
        />
        <div className="flex min-w-0 lg:flex-1">
          <SearchField
            label="Search owner, name or prefix"
            value={filters.search}
            onSearch={(search) => onChange({ search })}
          />
        </div>
      </div>
      <div className="flex flex-col gap-x-4 gap-y-1 md:flex-row md:items-center md:justify-between">
        <SortChips sort={filters.sort} onSort={(sort) => onChange({ sort })} />
        <div className="flex shrink-0">
          <SelectMenu
            icon={History}
            label="Last use"
            value={filters.used ?? 'any'}
            options={[
              ['any', 'Any last use'],
              ...windows.map((value) => [value, windowWords[value]] as const),
            ]}
            onChoose={(used) => onChange({ used: used === 'any' ? null : used })}
            isSet={filters.used !== null}
          />
        </div>
      </div>
      {filters.user && (
        <button
          type="button"
          onClick={() => onChange({ user: '' })}
          aria-label={`Tokens of everyone, not only of ${filters.user}`}
          className="mt-1 flex h-7 w-max max-w-full items-center gap-1.5 rounded-full bg-accent-soft pr-2 pl-3 text-sm text-accent-ink hover:underline"
        >
          <span className="truncate">Owner: {filters.user}</span>
          <X aria-hidden className="size-3.5 shrink-0" />
        </button>
      )}
    </div>
  );
}

/** Pressed again, one that has two directions turns round. */
function SortChips({ sort, onSort }: { sort: Sort; onSort: (sort: Sort) => void }) {
  return (
    <ChipGroup label="Sort">
      {sortChips.map(([words, ...directions]) => {
        const at = directions.indexOf(sort);
        const next = directions[(at + 1) % directions.length] ?? sort;
        return (
          <Chip
            key={words}
            pressed={at >= 0}
            label={`${words}: ${sortWords[at >= 0 ? sort : next]}`}
            onPress={() => onSort(next)}
          >
            {words}
            {at === 0 && <ArrowDown aria-hidden />}
            {at === 1 && <ArrowUp aria-hidden />}
          </Chip>
        );
      })}
    </ChipGroup>
  );
}
