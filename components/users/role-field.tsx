import type { UseFormRegisterReturn } from 'react-hook-form';
import { FieldError } from '#components/ui/field.tsx';
import { Radio } from '#components/ui/radio.tsx';
import type { Role } from '#server/core/access/schema.ts';
import { roleWords } from './role-badge.tsx';
import { roles } from './use-user-filters.ts';

const notes: Record<Role, string> = {
  viewer: 'Looks at their own tokens and revokes them.',
  member: 'Makes tokens of their own.',
  manager: 'Makes tokens of their own, and API keys for services.',
  admin: 'Everything: people, everyone’s tokens, the audit log, settings.',
};

export function RoleField({ field, error }: { field: UseFormRegisterReturn; error: string | undefined }) {
  return (
    <fieldset>
      <legend className="mb-2 font-medium">Role</legend>
      <div className="grid gap-2.5">
        {roles.map((role) => (
          <Radio key={role} value={role} note={notes[role]} {...field}>
            {roleWords[role]}
          </Radio>
        ))}
      </div>
      {error && <FieldError message={error} />}
    </fieldset>
  );
}
