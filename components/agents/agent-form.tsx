'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { FormProvider, useForm } from 'react-hook-form';
import { onlyChanged } from '#components/api/only-changed.ts';
import { showProblem } from '#components/api/show-problem.ts';
import { ResourcesField } from '#components/resources/resources-field.tsx';
import { TextField } from '#components/ui/field.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { agentForm, type AgentValues, type FilledAgent } from './agent-form-schema.ts';
import { AgentPermissionsField } from './agent-permissions-field.tsx';
import { CodeLifeField } from './code-life-field.tsx';

export interface SentAgent {
  filled: FilledAgent;
  /** Of it what differs from what the form began with. */
  changed: Partial<Omit<FilledAgent, 'minutes'>>;
  showRefused: (error: unknown) => void;
}

interface AgentFormProps {
  title: string;
  description: string;
  submitLabel: string;
  pendingLabel: string;
  discardTitle: string;
  defaultValues: AgentValues;
  /** It gets a code, and so a field for how long that works. */
  isNew?: boolean;
  pending: boolean;
  onSend: (sent: SentAgent) => void;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

const fields = ['name', 'description', 'permissions', 'resources', 'rotationDays'] as const;

/** What an agent is called, may do and reach, and how often its secret is replaced. */
export function AgentForm({ defaultValues, isNew = false, discardTitle, onSend, ...dialog }: AgentFormProps) {
  const form = useForm<AgentValues, unknown, FilledAgent>({
    resolver: zodResolver(agentForm),
    defaultValues,
    mode: 'onChange',
    // It would go by the order in which the fields came to be.
    shouldFocusError: false,
  });
  const { errors, isDirty } = form.formState;
  function send(filled: FilledAgent) {
    const changed = onlyChanged(filled, { fields, values: form.getValues(), initial: defaultValues });
    onSend({ filled, changed, showRefused });
  }
  const showRefused = (error: unknown) => showProblem(error, fields, form.setError);
  return (
    <FormProvider {...form}>
      <FormDialog
        {...dialog}
        wide
        locked={isNew}
        onSubmit={form.handleSubmit(send)}
        problem={errors.root?.['refused']?.message ?? errors.resources?.message}
        discard={isDirty && { title: discardTitle, description: 'What you filled in will be lost.' }}
      >
        <TextField
          data-first-focus
          label="Name"
          placeholder="build-runner-1"
          hint="Lower-case letters, digits, dots, hyphens and underscores."
          autoComplete="off"
          spellCheck={false}
          error={errors.name?.message}
          {...form.register('name')}
        />
        <TextField
          label="Description"
          optional
          placeholder="Runs the nightly builds"
          autoComplete="off"
          maxLength={500}
          error={errors.description?.message}
          {...form.register('description')}
        />
        <AgentPermissionsField />
        <ResourcesField />
        <TextField
          label="Days between rotations"
          optional
          inputMode="numeric"
          placeholder="As set for everyone"
          hint="How often its secret is replaced by itself, from 1 to 365 days."
          autoComplete="off"
          className="max-w-52"
          error={errors.rotationDays?.message}
          {...form.register('rotationDays')}
        />
        {isNew && <CodeLifeField field={form.register('minutes')} />}
      </FormDialog>
    </FormProvider>
  );
}
