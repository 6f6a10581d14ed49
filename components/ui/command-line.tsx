'use client';
import { useState } from 'react';
import { CopyButton } from './copy-button.tsx';
import { ManualCopy } from './manual-copy.tsx';

interface CommandLineProps {
  text: string;
  /** What the button copies: "Copy command". */
  label?: string;
}

/** A line to paste into a shell. */
export function CommandLine({ text, label = 'Copy command' }: CommandLineProps) {
  const [needsManualCopy, setNeedsManualCopy] = useState(false);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div className="flex items-center gap-2 rounded-control border border-line bg-sunken py-1 pr-1 pl-3">
        <code className="min-w-0 flex-1 py-1 font-mono text-sm break-words">{text}</code>
        <CopyButton
          bare
          variant="ghost"
          size="icon"
          label={label}
          text={text}
          onRefused={() => setNeedsManualCopy(true)}
        />
      </div>
      {needsManualCopy && <ManualCopy text={text} />}
    </div>
  );
}
