'use client';
import { ArrowDownWideNarrow, type LucideIcon, ShieldHalf } from 'lucide-react';
import { buttonClass } from '#components/ui/button.tsx';
import { Chip } from '#components/ui/chip.tsx';
import { MenuButton } from '#components/ui/menu.tsx';
import { SearchField } from '#components/ui/search-field.tsx';
import type { UserPageView, UserStatus } from '#server/users/schema.ts';
import { roleWords } from './role-pill.tsx';
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
      <div className="flex gap-2 lg:w-128">
        <SearchField
          label="Search name or e-mail"
          value={filters.search}
          onSearch={(search) => onChange({ search })}
        />
        <ChoiceMenu
          icon={ShieldHalf}
          label="Role"
          value={filters.role ?? 'any'}
          words={{ any: 'Any role', ...roleWords }}
          onChoose={(value) => onChange({ role: roles.find((role) => role === value) ?? null })}
        />
        <ChoiceMenu
          icon={ArrowDownWideNarrow}
          label="Sort"
          value={filters.sort}
          words={sortWords}
          onChoose={(value) => onChange({ sort: sorts.find((sort) => sort === value) ?? 'name' })}
        />
      </div>
    </div>
  );
}

interface ChoiceMenuProps<Value extends string> {
  icon: LucideIcon;
  label: string;
  value: Value;
  words: Record<Value, string>;
  onChoose: (value: string) => void;
}

function ChoiceMenu<Value extends string>({
  icon: Icon,
  label,
  value,
  words,
  onChoose,
}: ChoiceMenuProps<Value>) {
  const options = Object.entries<string>(words).map(([value, label]) => ({ value, label }));
  return (
    <MenuButton
      aria-label={`${label}: ${words[value]}`}
      menuLabel={label}
      entries={[{ kind: 'choice', label, value, options, onChoose }]}
      className={buttonClass({ size: 'md', className: 'font-normal! text-muted!' })}
    >
      <Icon aria-hidden />
      <span className="max-sm:sr-only">{words[value]}</span>
    </MenuButton>
  );
}
