'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import type { ComponentProps, ReactNode } from 'react';
import { FormProvider, useForm } from 'react-hook-form';
import { onlyChanged } from '#components/api/only-changed.ts';
import { showProblem } from '#components/api/show-problem.ts';
import { TextField } from '#components/ui/field.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { AuthField } from './auth-field.tsx';
import { LimitFields } from './limit-fields.tsx';
import { type FilledServer, serverForm, type ServerValues } from './server-form-schema.ts';

export interface SentServer {
  filled: FilledServer;
  /** Of it what differs from what the form began with. */
  changed: Partial<FilledServer>;
  showRefused: (error: unknown) => void;
}

type ServerFormProps = Pick<
  ComponentProps<typeof FormDialog>,
  'title' | 'description' | 'submitLabel' | 'pendingLabel' | 'pending' | 'returnTo' | 'onClose'
> & {
  discardTitle: string;
  defaultValues: ServerValues;
  onSend: (sent: SentServer) => void;
  /** The names of headers that are stored. */
  storedHeaders?: readonly string[];
  /** What stands below the fields. */
  children?: ReactNode;
};

const fields = [
  'alias',
  'url',
  'auth',
  'headers',
  'timeoutSeconds',
  'totalSeconds',
  'maxConcurrent',
  'costUsdPerCall',
] as const;

/** Where a tool server is, what Keyward signs in with, and what its calls may take. */
export function ServerForm({
  defaultValues,
  storedHeaders,
  discardTitle,
  onSend,
  children,
  ...dialog
}: ServerFormProps) {
  const form = useForm<ServerValues, unknown, FilledServer>({
    resolver: zodResolver(serverForm),
    defaultValues,
    shouldFocusError: false,
  });
  const { errors, isDirty } = form.formState;
  function send(filled: FilledServer) {
    const changed = onlyChanged(filled, { fields, values: form.getValues(), initial: defaultValues });
    onSend({ filled, changed, showRefused });
  }
  const showRefused = (error: unknown) => showProblem(error, fields, form.setError);
  return (
    <FormProvider {...form}>
      <FormDialog
        {...dialog}
        wide
        onSubmit={form.handleSubmit(send)}
        problem={errors.root?.['refused']?.message}
        discard={isDirty && { title: discardTitle, description: 'What you filled in will be lost.' }}
      >
        <TextField
          data-first-focus
          label="Alias"
          placeholder="github"
          hint="What its tools’ names begin with, such as github__search."
          autoComplete="off"
          spellCheck={false}
          error={errors.alias?.message}
          {...form.register('alias')}
        />
        <TextField
          label="Address"
          inputMode="url"
          placeholder="https://tools.example.com/mcp"
          hint="Where it speaks MCP over HTTP, in the revision 2026-07-28."
          autoComplete="off"
          spellCheck={false}
          error={errors.url?.message}
          {...form.register('url')}
        />
        <AuthField storedHeaders={storedHeaders} />
        <LimitFields />
        {children}
      </FormDialog>
    </FormProvider>
  );
}
