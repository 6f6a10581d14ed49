'use client';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import { FieldError, inputClass } from '#components/ui/field.tsx';
import { SegmentedRadio } from '#components/ui/radio.tsx';
import type { Permission, ResourceType } from '#server/core/access/schema.ts';
import { missingPermissions, type ReachValues, resourcesOf } from './reach-schema.ts';
import { resourceOrder, resourceSummary, typeWords } from './resource-words.ts';
import { ToolPicker } from './tool-picker.tsx';
import { toolsQuery } from './tools-query.ts';

const scopes = [
  { value: 'none', label: 'None' },
  { value: 'some', label: 'These' },
  { value: 'all', label: 'All' },
] as const;

interface FormValues {
  permissions: readonly Permission[];
  resources: ReachValues;
}

/** What a credential may reach, by type. Ids are free text, since other services have resources too; known tools are picked. */
export function ResourcesField() {
  const { control } = useFormContext<FormValues>();
  const [reach, granted] = useWatch({ control, name: ['resources', 'permissions'] });
  const resources = resourcesOf(reach);
  const missing = missingPermissions(resources, granted);
  const { data: tools } = useQuery(toolsQuery);
  return (
    <fieldset className="grid gap-2.5">
      <legend className="mb-1.5 font-medium">May reach</legend>
      <div className="grid rounded-control border border-line">
        {resourceOrder.map((type) => (
          <TypeField key={type} type={type} />
        ))}
      </div>
      <p aria-live="polite" className="text-sm text-muted">
        Reaches {resourceSummary(resources, tools)}.
        {missing.length > 0 && ` To use them it also needs ${missing.join(' and ')}.`}
      </p>
    </fieldset>
  );
}

function TypeField({ type }: { type: ResourceType }) {
  const { register, control, formState } = useFormContext<FormValues>();
  const scope = useWatch({ control, name: `resources.${type}.scope` });
  const error = formState.errors.resources?.[type]?.ids?.message;
  const { title, example } = typeWords[type];
  const id = useId();
  const ids = (
    <textarea
      aria-label={title}
      aria-invalid={error ? true : undefined}
      aria-describedby={`${id}-note`}
      rows={2}
      spellCheck={false}
      placeholder={example}
      className={`${inputClass} h-auto min-h-10 resize-y py-2 font-mono text-sm`}
      {...register(`resources.${type}.ids`)}
    />
  );
  return (
    <div
      role="group"
      aria-labelledby={id}
      className="grid gap-2 px-3 py-2.5 not-first:border-t not-first:border-line"
    >
      <div className="flex flex-wrap items-center justify-between gap-2">
        <span id={id}>{title}</span>
        <div className="grid grid-cols-3 gap-1">
          {scopes.map(({ value, label }) => (
            <SegmentedRadio key={value} value={value} {...register(`resources.${type}.scope`)}>
              {label}
            </SegmentedRadio>
          ))}
        </div>
      </div>
      {scope === 'some' && (
        <>
          {type === 'mcp_tool' && (
            <ToolPicker isInvalid={error !== undefined} noteId={`${id}-note`}>
              {ids}
            </ToolPicker>
          )}
          {type !== 'mcp_tool' && ids}
          <div id={`${id}-note`} className="text-sm text-muted">
            {error ? <FieldError message={error} /> : type !== 'mcp_tool' && 'One per line.'}
          </div>
        </>
      )}
    </div>
  );
}
