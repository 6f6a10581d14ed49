'use client';
import type { ReactNode } from 'react';
import { useMe } from '#components/sessions/use-me.ts';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { sampleProof, setupText } from './setup-text.ts';

/** The text that would be copied, with a placeholder for the code. */
export function SetupPreview({ beside }: { beside: ReactNode }) {
  return (
    <Disclosure label="What Claude Code will receive" beside={beside}>
      <Sample />
    </Disclosure>
  );
}

/** Only ever drawn in a browser: the address of this site is part of it. */
function Sample() {
  const { data: me } = useMe();
  if (!me) return <Skeleton className="h-48 w-full rounded-control!" />;
  const askedBy = me.user?.email ?? '';
  return (
    <pre
      // A box that scrolls is reached by keyboard.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      aria-label="What Claude Code will receive"
      // Not so high that it pushes what stands below out of sight.
      className="max-h-48 overflow-auto rounded-control border border-line bg-sunken px-3 py-2.5 font-mono text-xs leading-5 whitespace-pre-wrap"
    >
      {setupText({ server: window.location.origin, askedBy, proof: sampleProof })}
    </pre>
  );
}
