'use client';
import { useState } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import { useMe } from '#components/sessions/use-me.ts';
import { Check, Choice } from '#components/ui/choice.tsx';
import { FieldError } from '#components/ui/field.tsx';
import { SearchField } from '#components/ui/search-field.tsx';
import type { Permission } from '#server/access/schema.ts';
import type { NewTokenValues } from './form-schema.ts';
import { permissionGroups, permissionWords } from './permission-words.ts';

export function PermissionsField() {
  const { register, control } = useFormContext<NewTokenValues>();
  const scope = useWatch({ control, name: 'scope' });
  return (
    <fieldset className="grid gap-2.5">
      <legend className="mb-1.5 font-medium">Permissions</legend>
      <Choice value="all" note="Whatever your role allows at that moment." {...register('scope')}>
        All of mine
      </Choice>
      <Choice value="some" note="A fixed list. Best for CI and for agents." {...register('scope')}>
        Only these
      </Choice>
      {scope === 'some' && <PermissionPicker />}
    </fieldset>
  );
}

function PermissionPicker() {
  const { control, formState, setValue } = useFormContext<NewTokenValues>();
  const chosen = useWatch({ control, name: 'permissions' });
  const [search, setSearch] = useState('');
  const { data: me } = useMe();
  const groups = permissionGroups(me?.permissions ?? [], search);
  const error = formState.errors.permissions?.message;

  // Not registered one by one: a box that the search hides would take its choice with it.
  function toggle(permission: Permission) {
    const others = chosen.filter((other) => other !== permission);
    const next = others.length === chosen.length ? [...chosen, permission] : others;
    setValue('permissions', next, { shouldValidate: formState.isSubmitted });
  }
  return (
    <div className="grid gap-2 rounded-control border border-line p-2.5">
      <div className="flex items-center gap-3">
        <SearchField label="Search permissions" value={search} onSearch={setSearch} />
        <span aria-live="polite" className="text-sm whitespace-nowrap text-muted">
          {chosen.length} chosen
        </span>
      </div>
      <div className="grid max-h-56 gap-3 overflow-y-auto px-0.5 py-1">
        {groups.map((group) => (
          <div key={group.name} role="group" aria-label={group.name} className="grid gap-1.5">
            <p className="text-xs font-medium text-faint">{group.name}</p>
            {group.permissions.map((permission) => (
              <Check
                key={permission}
                checked={chosen.includes(permission)}
                onChange={() => toggle(permission)}
              >
                {permissionWords[permission]}{' '}
                <code className="ml-1 font-mono text-xs text-faint">{permission}</code>
              </Check>
            ))}
          </div>
        ))}
        {groups.length === 0 && <p className="py-2 text-center text-sm text-muted">No permission matches.</p>}
      </div>
      {error && <FieldError message={error} />}
    </div>
  );
}
