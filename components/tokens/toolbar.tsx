'use client';
import { ArrowDownWideNarrow } from 'lucide-react';
import { CountChips } from '#components/ui/chip.tsx';
import { SearchField } from '#components/ui/search-field.tsx';
import { SelectMenu } from '#components/ui/select-menu.tsx';
import type { TokenPageView } from '#server/credentials/tokens/schema.ts';
import { statuses, statusWords } from './status.tsx';
import { sorts, sortWords, type TokenFilters } from './use-token-filters.ts';

interface ToolbarProps {
  filters: TokenFilters;
  counts: TokenPageView['counts'] | undefined;
  onChange: (change: Partial<TokenFilters>) => void;
}

export function Toolbar({ filters, counts, onChange }: ToolbarProps) {
  return (
    <div className="mb-3 flex flex-col gap-2 lg:flex-row lg:items-center lg:justify-between">
      <CountChips
        label="Status"
        words={statusWords}
        values={statuses}
        counts={counts}
        value={filters.status}
        onChoose={(status) => onChange({ status })}
      />
      <div className="flex gap-2 lg:w-96">
        <SearchField
          label="Search name or prefix"
          value={filters.search}
          onSearch={(search) => onChange({ search })}
        />
        <SelectMenu
          icon={ArrowDownWideNarrow}
          label="Sort"
          folds
          value={filters.sort}
          options={sorts.map((sort) => [sort, sortWords[sort]] as const)}
          onChoose={(sort) => onChange({ sort })}
        />
      </div>
    </div>
  );
}
