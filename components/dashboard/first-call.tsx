'use client';
import { useState } from 'react';
import { ByHand } from '#components/ui/by-hand.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';

/** A line to paste into a shell; only ever shown after data has loaded, so the address of this site is known. */
export function FirstCall() {
  const [byHand, setByHand] = useState(false);
  const line = `curl -H "Authorization: Bearer $KEYWARD_TOKEN" ${window.location.origin}/api/v1/me`;
  return (
    <div className="mt-3 grid grid-cols-[minmax(0,1fr)] gap-3">
      <div className="flex items-center gap-2 rounded-control border border-line bg-sunken py-1 pr-1 pl-3">
        <code className="min-w-0 flex-1 py-1 font-mono text-sm break-words">{line}</code>
        <CopyButton
          bare
          look="quiet"
          size="icon"
          label="Copy command"
          text={line}
          onRefused={() => setByHand(true)}
        />
      </div>
      {byHand && <ByHand text={line} />}
    </div>
  );
}
