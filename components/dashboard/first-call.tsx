'use client';
import { CommandLine } from '#components/ui/command-line.tsx';
import { PageLink } from '#components/ui/page-link.tsx';

/** A line to paste into a shell; only ever shown after data has loaded, so the address of this site is known. */
export function FirstCall() {
  const line = `curl -H "Authorization: Bearer $KEYWARD_TOKEN" ${window.location.origin}/api/v1/me`;
  return (
    <div className="mt-3">
      <CommandLine text={line} />
      <p className="mt-3 text-muted">
        Or{' '}
        <PageLink href="/install" className="font-medium text-accent-ink underline underline-offset-2">
          install the command line
        </PageLink>
        : it makes its own token when you sign in.
      </p>
    </div>
  );
}
