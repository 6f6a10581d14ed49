'use client';
import { ArrowDownWideNarrow } from 'lucide-react';
import { buttonClass } from '#components/ui/button.tsx';
import { Chip } from '#components/ui/chip.tsx';
import { MenuButton } from '#components/ui/menu.tsx';
import { SearchField } from '#components/ui/search-field.tsx';
import type { TokenPageView } from '#server/tokens/schema.ts';
import { statuses, statusWords } from './status.tsx';
import { type Sort, sorts, sortWords, type TokenFilters } from './use-token-filters.ts';

interface ToolbarProps {
  filters: TokenFilters;
  counts: TokenPageView['counts'] | undefined;
  onChange: (change: Partial<TokenFilters>) => void;
}

export function Toolbar({ filters, counts, onChange }: ToolbarProps) {
  return (
    <div className="mb-3 flex flex-col gap-2 lg:flex-row lg:items-center lg:justify-between">
      <div
        role="group"
        aria-label="Status"
        className="-mx-1 flex gap-0.5 overflow-x-auto px-1 py-1 [scrollbar-width:none] max-md:-mr-4 max-md:[mask-image:linear-gradient(to_right,black_calc(100%-3rem),transparent)] max-md:pr-12"
      >
        <Chip
          pressed={filters.status === null}
          count={counts?.total}
          onPress={() => onChange({ status: null })}
        >
          All
        </Chip>
        {statuses.map((status) => (
          <Chip
            key={status}
            pressed={filters.status === status}
            count={counts?.[status]}
            onPress={() => onChange({ status: filters.status === status ? null : status })}
          >
            {statusWords[status]}
          </Chip>
        ))}
      </div>
      <div className="flex gap-2 lg:w-96">
        <SearchField
          label="Search name or prefix"
          value={filters.search}
          onSearch={(search) => onChange({ search })}
        />
        <SortMenu sort={filters.sort} onSort={(sort) => onChange({ sort })} />
      </div>
    </div>
  );
}

function SortMenu({ sort, onSort }: { sort: Sort; onSort: (sort: Sort) => void }) {
  return (
    <MenuButton
      aria-label={`Sort: ${sortWords[sort]}`}
      menuLabel="Sort"
      entries={[
        {
          kind: 'choice',
          label: 'Sort by',
          value: sort,
          options: sorts.map((value) => ({ value, label: sortWords[value] })),
          onChoose: (value) => onSort(sorts.find((known) => known === value) ?? 'newest'),
        },
      ]}
      className={buttonClass({ size: 'md', className: 'font-normal! text-muted!' })}
    >
      <ArrowDownWideNarrow aria-hidden />
      <span className="max-sm:sr-only">{sortWords[sort]}</span>
    </MenuButton>
  );
}
