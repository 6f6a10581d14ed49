import { buttonClass } from '#components/ui/button.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import { Card } from '#components/ui/surface.tsx';

/** For whoever is signed in: one press, and Claude Code does the rest. */
export function OwnSetup() {
  return (
    <Card className="flex flex-wrap items-center justify-between gap-x-4 gap-y-3 px-4 py-4 sm:px-5">
      <div className="min-w-0 flex-1 basis-64">
        <h2 className="font-semibold">Claude Code</h2>
        <p className="text-sm text-muted">It can install the command line and sign it in for you.</p>
      </div>
      <PageLink href="/dashboard" className={buttonClass({ look: 'primary', size: 'lg' })}>
        Set up Claude Code
      </PageLink>
    </Card>
  );
}
