'use client';
import { ArrowDownWideNarrow, ShieldHalf } from 'lucide-react';
import { countControl } from '#components/ui/count-control.tsx';
import { listControl, ListToolbar } from '#components/ui/list-toolbar.tsx';
import type { UserCounts, UserStatus } from '#server/people/users/schema.ts';
import { roleWords } from './role-badge.tsx';
import { roles, sorts, sortWords, statuses, type UserFilters } from './use-user-filters.ts';

export const statusWords: Record<UserStatus, string> = {
  active: 'Active',
  deactivated: 'Deactivated',
  deleted: 'Deleted',
};

interface ToolbarProps {
  filters: UserFilters;
  counts: UserCounts | undefined;
  summary: string | undefined;
  onChange: (change: Partial<UserFilters>) => void;
  onClear: (() => void) | undefined;
}

export function UsersToolbar({ filters, counts, summary, onChange, onClear }: ToolbarProps) {
  return (
    <ListToolbar
      search={{
        label: 'Search name or e-mail',
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
          icon: ShieldHalf,
          label: 'Role',
          value: filters.role ?? 'any',
          options: [['any', 'Any role'], ...roles.map((role) => [role, roleWords[role]] as const)],
          onChoose: (role) => onChange({ role: role === 'any' ? null : role }),
          isSet: filters.role !== null,
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
