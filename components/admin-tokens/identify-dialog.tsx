'use client';
import { useMutation } from '@tanstack/react-query';
import { Ban } from 'lucide-react';
import { useRef, useState } from 'react';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { StatusBadge } from '#components/tokens/status.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field, inputClass } from '#components/ui/field.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import type {
  AdminTokenView,
  IdentificationView,
  IdentifiedView,
  triageLimits,
} from '#server/credentials/token-triage/schema.ts';

const [RevokeDialog] = lazyPart(async () => (await import('./revoke-tokens-dialog.tsx')).RevokeTokensDialog);

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

/** Whose is this token or key? What is pasted stands in the field only, and is gone with the dialog. */
export function IdentifyDialog({ onOpen, onClose }: IdentifyDialogProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [tooMany, setTooMany] = useState(0);
  const [revoking, setRevoking] = useState<AdminTokenView>();
  const [revoked, setRevoked] = useState<ReadonlySet<string>>(new Set());
  const stopRevoking = () => setRevoking(undefined);
  const { mutate, data, error, isPending } = useMutation({
    ...trpc.adminTokens.identify.mutationOptions(),
    // Nothing of it is kept once the dialog is closed.
    gcTime: 0,
  });
  function submit() {
    const text = field.current?.value ?? '';
    // The field takes any length: cut off while pasting, a log would be looked through in part, and no one would know.
    setTooMany(text.length > mostCharacters ? text.length : 0);
    if (text !== '' && text.length <= mostCharacters) mutate({ text });
  }
  return (
    <>
      <FormDialog
        wide
        title="Identify tokens"
        description="Paste a token or key, its prefix, a line of a log or a whole log: you see whose those in it are. What you paste is not stored."
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
        <div role="status">
          {data && <Found found={data} revoked={revoked} onOpen={onOpen} onRevoke={setRevoking} />}
        </div>
      </FormDialog>
      {revoking && (
        <RevokeDialog
          tokens={[revoking]}
          returnTo={() => field.current}
          onClose={stopRevoking}
          onRevoked={() => {
            setRevoked(new Set([...revoked, revoking.id]));
            stopRevoking();
          }}
          onMissing={orSayMissing(stopRevoking)}
        />
      )}
    </>
  );
}

interface FoundProps extends TokenActs {
  found: IdentificationView;
  revoked: ReadonlySet<string>;
}

function Found({ found: { items, skipped }, revoked, ...acts }: FoundProps) {
  if (items.length === 0)
    return <p className="text-muted">There is neither a token in it nor the prefix of one.</p>;
  return (
    <>
      <ul aria-label="Found" className="divide-y divide-line rounded-card border border-line">
        {items.map((item) => (
          <li
            key={item.prefix + (item.token?.id ?? item.key?.id ?? '')}
            className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2 text-sm"
          >
            <FoundLine {...acts} item={item} isRevoked={item.token !== null && revoked.has(item.token.id)} />
          </li>
        ))}
      </ul>
      {skipped > 0 && <p className="mt-2 text-sm text-muted">{skipped} more were not looked at.</p>}
    </>
  );
}

interface TokenActs {
  onOpen: (token: AdminTokenView) => void;
  onRevoke: (token: AdminTokenView) => void;
}

interface FoundLineProps extends TokenActs {
  item: IdentifiedView;
  isRevoked: boolean;
}

function FoundLine({ item: { prefix, by, state, token, key }, isRevoked, onOpen, onRevoke }: FoundLineProps) {
  const shown = <code className="font-mono text-xs text-muted">{prefix}…</code>;
  if (key)
    return (
      <>
        {shown}
        <span className="grid min-w-36 flex-1 justify-items-start">
          <PageLink
            href={`/admin/keys?key=${key.id}`}
            className="max-w-full truncate rounded-tag font-medium text-accent-ink hover:underline"
          >
            {key.name}
          </PageLink>
          <span className="text-xs text-muted">API key</span>
        </span>
        <StatusBadge status={key.status} />
        <StateLine state={state} />
      </>
    );
  if (!token)
    return (
      <>
        {shown}
        <span className="text-muted">
          Unknown: no token of this desk {by === 'secret' ? 'has it' : 'begins so'}
        </span>
      </>
    );
  const status = isRevoked ? 'revoked' : token.status;
  return (
    <>
      {shown}
      <span className="grid min-w-36 flex-1 justify-items-start">
        <button
          type="button"
          className="max-w-full truncate rounded-tag font-medium text-accent-ink hover:underline"
          onClick={() => onOpen(token)}
        >
          {token.name}
        </button>
        <span className="max-w-full truncate text-xs text-muted">of {token.owner.email}</span>
      </span>
      <StatusBadge status={status} />
      {status !== 'revoked' && (
        <Button size="sm" aria-label={`Revoke ${token.name}`} onClick={() => onRevoke(token)}>
          <Ban aria-hidden />
          Revoke…
        </Button>
      )}
      <StateLine state={state} />
    </>
  );
}

function StateLine({ state }: Pick<IdentifiedView, 'state'>) {
  return stateWords[state] && <span className="basis-full text-xs text-muted">{stateWords[state]}</span>;
}
