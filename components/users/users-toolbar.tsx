'use client';
import { ArrowDownWideNarrow, ShieldHalf } from 'lucide-react';
import { CountChips } from '#components/ui/chip.tsx';
import { SearchField } from '#components/ui/search-field.tsx';
import { SelectMenu } from '#components/ui/select-menu.tsx';
import type { UserPageView, UserStatus } from '#server/people/users/schema.ts';
import { roleWords } from './role-badge.tsx';
import { roles, sorts, sortWords, statuses, type UserFilters } from './use-user-filters.ts';

export const statusWords: Record<UserStatus, string> = {
  active: 'Active',
  deactivated: 'Deactivated',
  deleted: 'Deleted',
};

interface ToolbarProps {
  filters: UserFilters;
  counts: UserPageView['counts'] | undefined;
  onChange: (change: Partial<UserFilters>) => void;
}

export function UsersToolbar({ filters, counts, onChange }: ToolbarProps) {
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
      <div className="flex gap-2 lg:w-128">
        <SearchField
          label="Search name or e-mail"
          value={filters.search}
          onSearch={(search) => onChange({ search })}
        />
        <SelectMenu
          icon={ShieldHalf}
          label="Role"
          folds
          value={filters.role ?? 'any'}
          options={[['any', 'Any role'], ...roles.map((role) => [role, roleWords[role]] as const)]}
          onChoose={(role) => onChange({ role: role === 'any' ? null : role })}
          isSet={filters.role !== null}
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
