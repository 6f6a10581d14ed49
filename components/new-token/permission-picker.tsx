'use client';
import { useId, useState } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import { Button } from '#components/ui/button.tsx';
import { Checkbox } from '#components/ui/checkbox.tsx';
import { FieldError } from '#components/ui/field.tsx';
import { SearchField } from '#components/ui/search-field.tsx';
import type { Permission } from '#server/core/access/schema.ts';
import { permissionGroups } from './permission-words.ts';

interface PermissionPickerProps {
  offered: readonly Permission[];
}

/** Any number of permissions, found by search. */
export function PermissionPicker({ offered }: PermissionPickerProps) {
  const { control, formState, setValue } = useFormContext<{ permissions: Permission[] }>();
  const chosen = useWatch({ control, name: 'permissions' });
  const [search, setSearch] = useState('');
  const groups = permissionGroups(offered, search);
  const found = groups.flatMap(({ permissions }) => permissions.map(({ permission }) => permission));
  const hasAll = found.every((permission) => chosen.includes(permission));
  const error = formState.errors.permissions?.message;
  const errorId = useId();

  // Not registered one by one: a box that the search hides would take its choice with it.
  const choose = (next: Permission[]) =>
    setValue('permissions', next, { shouldValidate: formState.isSubmitted, shouldDirty: true });
  const without = (some: readonly Permission[]) => chosen.filter((other) => !some.includes(other));
  const toggle = (permission: Permission) =>
    choose(chosen.includes(permission) ? without([permission]) : [...chosen, permission]);

  return (
    <div className="grid gap-3 rounded-control border border-line p-2.5">
      <SearchField label="Search permissions" value={search} onSearch={setSearch} />
      <div className="flex items-center justify-between gap-3">
        <span aria-live="polite" className="text-sm text-muted">
          {chosen.length} chosen
        </span>
        {found.length > 0 && (
          <Button
            size="sm"
            variant="ghost"
            className="-mr-1"
            onClick={() => choose(hasAll ? without(found) : [...without(found), ...found])}
          >
            {hasAll ? 'Select none' : 'Select all'}
          </Button>
        )}
      </div>
      {error && (
        <div id={errorId}>
          <FieldError message={error} />
        </div>
      )}
      {groups.map((group) => (
        <div key={group.name} role="group" aria-label={group.name} className="grid gap-1.5">
          <p className="text-xs font-medium text-faint">{group.name}</p>
          {group.permissions.map(({ permission, words }) => (
            <Checkbox
              key={permission}
              checked={chosen.includes(permission)}
              onChange={() => toggle(permission)}
              aria-invalid={error ? true : undefined}
              aria-describedby={error && errorId}
            >
              {words} <code className="ml-1 font-mono text-xs text-faint">{permission}</code>
            </Checkbox>
          ))}
        </div>
      ))}
      {groups.length === 0 && <p className="py-2 text-center text-sm text-muted">No permission matches.</p>}
    </div>
  );
}
