'use client';
import { ArrowDownWideNarrow, History, X } from 'lucide-react';
import { statuses, statusWords } from '#components/tokens/status.tsx';
import { buttonClass } from '#components/ui/button.tsx';
import { Chip } from '#components/ui/chip.tsx';
import { MenuButton } from '#components/ui/menu.tsx';
import { SearchField } from '#components/ui/search-field.tsx';
import type { TokenPageView } from '#server/tokens/schema.ts';
import { type AdminFilters, sorts, sortWords, windows, windowWords } from './use-admin-filters.ts';

interface AdminToolbarProps {
  filters: AdminFilters;
  counts: TokenPageView['counts'] | undefined;
  onChange: (change: Partial<AdminFilters>) => void;
}

export function AdminToolbar({ filters, counts, onChange }: AdminToolbarProps) {
  return (
    <div className="mb-3 grid gap-2">
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
      <div className="flex flex-wrap gap-2 sm:flex-nowrap">
        <div className="flex min-w-0 basis-full sm:flex-1 sm:basis-auto">
          <SearchField
            label="Search owner, name or prefix"
            value={filters.search}
            onSearch={(search) => onChange({ search })}
          />
        </div>
        <UseMenu used={filters.used} onUsed={(used) => onChange({ used })} />
        <SortMenu sort={filters.sort} onSort={(sort) => onChange({ sort })} />
      </div>
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
    </div>
  );
}

const menuLook = buttonClass({ size: 'md', className: 'font-normal! text-muted!' });

function UseMenu({
  used,
  onUsed,
}: {
  used: AdminFilters['used'];
  onUsed: (used: AdminFilters['used']) => void;
}) {
  const words = used ? windowWords[used] : 'Used any time';
  return (
    <MenuButton
      aria-label={`Last use: ${words}`}
      menuLabel="Last use"
      entries={[
        {
          kind: 'choice',
          label: 'Last use',
          value: used ?? 'any',
          options: [
            { value: 'any', label: 'Any time or never' },
            ...windows.map((value) => ({ value, label: windowWords[value] })),
          ],
          onChoose: (value) => onUsed(windows.find((known) => known === value) ?? null),
        },
      ]}
      className={menuLook}
    >
      <History aria-hidden />
      {words}
    </MenuButton>
  );
}

function SortMenu({
  sort,
  onSort,
}: {
  sort: AdminFilters['sort'];
  onSort: (sort: AdminFilters['sort']) => void;
}) {
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
          onChoose: (value) => onSort(sorts.find((known) => known === value) ?? 'used'),
        },
      ]}
      className={menuLook}
    >
      <ArrowDownWideNarrow aria-hidden />
      {sortWords[sort]}
    </MenuButton>
  );
}
