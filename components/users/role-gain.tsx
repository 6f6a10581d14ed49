'use client';
import { useWatch, type Control, type UseFormRegisterReturn } from 'react-hook-form';
import { Checkbox } from '#components/ui/checkbox.tsx';
import type { Role } from '#server/core/access/schema.ts';
import type { EditedUser } from './edit-dialog.tsx';
import { roleWords } from './role-badge.tsx';
import { useUser } from './use-user.ts';

interface RoleGainProps {
  id: string;
  /** Their role until now. */
  role: Role;
  control: Control<EditedUser>;
  field: UseFormRegisterReturn;
}

const shown = 3;

/** Which tokens a higher role would let do more, and a way to leave them as they are; nothing where there are none. */
export function RoleGain({ id, role, control, field }: RoleGainProps) {
  const chosen = useWatch({ control, name: 'role' });
  const { data } = useUser(id);
  const gained = data?.gains[chosen] ?? [];
  const tokens = data?.holds.tokens.filter(({ isWhole }) => isWhole) ?? [];
  if (gained.length === 0 || tokens.length === 0) return null;
  const names = tokens.slice(0, shown).map(({ name }) => name);
  const more = tokens.length - names.length;
  return (
    <div className="grid gap-2.5 rounded-control bg-sunken px-3 py-2.5 text-sm" aria-live="polite">
      <p className="break-words">
        {tokens.length === 1 ? 'A token gets' : `${tokens.length} tokens get`} everything that the role
        allows: <strong className="font-semibold">{names.join(', ')}</strong>
        {more > 0 && ` and ${more} more`}. New with this role:{' '}
        <span className="text-muted">{gained.join(', ')}</span>.
      </p>
      <Checkbox {...field}>
        Keep {tokens.length === 1 ? 'it' : 'them'} at what a {roleWords[role].toLowerCase()} may do
      </Checkbox>
    </div>
  );
}
