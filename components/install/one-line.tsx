'use client';
import { useState } from 'react';
import { Card } from '#components/ui/card.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { ManualCopy } from '#components/ui/manual-copy.tsx';

interface OneLineProps {
  server: string;
  /** Null where it is not known. */
  version: string | null;
  /** Nothing on the page is more to the point. */
  isFirst: boolean;
}

/** The one line that installs the command line. */
export function OneLine({ server, version, isFirst }: OneLineProps) {
  const [needsManualCopy, setNeedsManualCopy] = useState(false);
  const script = `${server}/cli/install.sh`;
  const line = `curl -fsSL ${script} | sh`;
  return (
    <Card className="grid grid-cols-[minmax(0,1fr)] gap-4 px-4 py-4 sm:px-5">
      <code className="rounded-control border border-line bg-sunken px-3 py-2.5 font-mono break-words">
        {line}
      </code>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <CopyButton
          variant={isFirst ? 'primary' : 'secondary'}
          size="lg"
          className="min-w-36 max-sm:w-full"
          label="Copy command"
          text={line}
          onRefused={() => setNeedsManualCopy(true)}
        />
        <a href={script} className="rounded-tag py-1 text-accent-ink underline underline-offset-2">
          Read the script
        </a>
        {version && <code className="ml-auto font-mono text-sm text-faint">{version}</code>}
      </div>
      {needsManualCopy && <ManualCopy text={line} />}
      <p className="text-sm text-muted">
        For macOS and Linux, with Node.js 20 or newer. It checks what it downloads, and installs into your
        home folder where the usual place is not yours to write to.
      </p>
    </Card>
  );
}
