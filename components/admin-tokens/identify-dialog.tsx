'use client';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { StatusBadge } from '#components/tokens/status.tsx';
import { Field, inputClass } from '#components/ui/field.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import type {
  AdminTokenView,
  IdentificationView,
  triageLimits,
} from '#server/credentials/token-triage/schema.ts';

const mostCharacters = 200_000 satisfies (typeof triageLimits)['identifiedCharacters'];

const stateWords = {
  current: null,
  staged: 'A secret that is not in use yet',
  grace: 'Its old secret, still in grace',
  retired: 'A retired secret of it',
  unknown: null,
};

const tooManyWords = (characters: number) =>
  `At most ${mostCharacters.toLocaleString('en-GB')} characters at once, and these are ${characters.toLocaleString('en-GB')}: look through it in parts.`;

interface IdentifyDialogProps {
  onOpen: (token: AdminTokenView) => void;
  onClose: () => void;
}

/** Whose is this token? What is pasted stands in the field only, and is gone with the dialog. */
export function IdentifyDialog({ onOpen, onClose }: IdentifyDialogProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [tooMany, setTooMany] = useState(0);
  const { mutate, data, error, isPending } = useMutation({
    ...trpc.adminTokens.identify.mutationOptions(),
    // Nothing of it is kept once the dialog is closed.
    gcTime: 0,
  });
  function submit() {
    const text = field.current?.value ?? '';
    // The field takes any length: cut off while pasting, a log would be looked through in part, and nobody would know.
    setTooMany(text.length > mostCharacters ? text.length : 0);
    if (text !== '' && text.length <= mostCharacters) mutate({ text });
  }
  return (
    <FormDialog
      wide
      title="Identify tokens"
      description="Paste a token, a line of a log or a whole log: you see whose the tokens in it are. What you paste is not stored."
      onClose={onClose}
      onSubmit={submit}
      submitLabel="Identify"
      pendingLabel="Looking…"
      cancelLabel="Close"
      pending={isPending}
      problem={error && sentenceOf(problemOf(error))}
    >
      <Field label="Text" error={tooMany > 0 ? tooManyWords(tooMany) : undefined}>
        {(control) => (
          <textarea
            {...control}
            ref={field}
            data-first-focus
            rows={5}
            spellCheck={false}
            autoComplete="off"
            className={`${inputClass} h-auto resize-y py-2 font-mono text-sm`}
          />
        )}
      </Field>
      <div role="status">{data && <Found found={data} onOpen={onOpen} />}</div>
    </FormDialog>
  );
}

function Found({
  found: { items, skipped },
  onOpen,
}: {
  found: IdentificationView;
  onOpen: IdentifyDialogProps['onOpen'];
}) {
  if (items.length === 0)
    return <p className="text-muted">There is no token in it, going by form and checksum.</p>;
  return (
    <>
      <ul className="divide-y divide-line rounded-card border border-line">
        {items.map(({ prefix, state, token }) => (
          <li
            key={prefix + (token?.id ?? '')}
            className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2 text-sm"
          >
            <code className="font-mono text-xs text-muted">{prefix}…</code>
            {token ? (
              <>
                <span className="min-w-0 flex-1 truncate">
                  <button
                    type="button"
                    className="rounded-tag font-medium text-accent-ink hover:underline"
                    onClick={() => onOpen(token)}
                  >
                    {token.name}
                  </button>{' '}
                  <span className="text-muted">of {token.owner.email}</span>
                </span>
                <StatusBadge status={token.status} />
                {stateWords[state] && (
                  <span className="basis-full text-xs text-muted">{stateWords[state]}</span>
                )}
              </>
            ) : (
              <span className="text-muted">Unknown: not one of ours</span>
            )}
          </li>
        ))}
      </ul>
      {skipped > 0 && <p className="mt-2 text-sm text-muted">{skipped} more were not looked at.</p>}
    </>
  );
}
