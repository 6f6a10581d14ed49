'use client';
import { useId } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import { Checkbox } from '#components/ui/checkbox.tsx';
import { FieldError } from '#components/ui/field.tsx';
import type { AgentGrant } from '#server/credentials/agents/schema.ts';

type AgentPermission = AgentGrant[number];

interface FormValues {
  permissions: AgentPermission[];
}

/** What each permission lets an agent do; null: nothing yet, for the feature is still to come, so it is not offered. */
const words: Record<AgentPermission, string | null> = {
  'profile:read': 'See which agent it is, and for whom it acts',
  'usage:read': 'See how much it is used',
  'mcp:call': 'Call MCP servers that ask Keyward',
  'llm:call': 'Call models through services that ask Keyward',
  'usage:write': null,
  'budgets:ask': null,
};
const offered = Object.entries(words).flatMap(([permission, said]) =>
  said ? [{ permission: permission as AgentPermission, said }] : [],
);

/** What an agent may do, of what an agent may do at all. */
export function AgentPermissionsField() {
  const { control, formState, setValue } = useFormContext<FormValues>();
  const chosen = useWatch({ control, name: 'permissions' });
  const error = formState.errors.permissions?.message;
  const errorId = useId();
  function toggle(permission: AgentPermission) {
    const next = chosen.includes(permission)
      ? chosen.filter((other) => other !== permission)
      : [...chosen, permission];
    setValue('permissions', next, { shouldValidate: true, shouldDirty: true });
  }
  return (
    <fieldset className="grid gap-2.5">
      <legend className="mb-1.5 font-medium">Permissions</legend>
      {offered.map(({ permission, said }) => (
        <Checkbox
          key={permission}
          checked={chosen.includes(permission)}
          onChange={() => toggle(permission)}
          aria-invalid={error ? true : undefined}
          aria-describedby={error && errorId}
        >
          {said} <code className="ml-1 font-mono text-xs text-faint">{permission}</code>
        </Checkbox>
      ))}
      <div id={errorId} className="text-sm text-muted">
        {error ? <FieldError message={error} /> : 'Never more than its owner may do at that moment.'}
      </div>
    </fieldset>
  );
}
