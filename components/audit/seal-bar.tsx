'use client';
import { useQuery } from '@tanstack/react-query';
import { ShieldAlert, ShieldCheck } from 'lucide-react';
import { trpcClient } from '#components/api/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import { useVerify } from './use-verify.ts';

/** Up to when the log is sealed, what is wrong with that, whether it still fits, and the newest seal to be kept elsewhere. */
export function SealBar() {
  const { data } = useQuery({
    queryKey: ['audit', 'seal'],
    queryFn: ({ signal }) => trpcClient.audit.seal.query(undefined, { signal }),
  });
  const { verdict, isVerifying, verify } = useVerify();
  const seal = data?.seal;
  const alarm = verdict ? verdict.finding?.detail : data?.troubles[0];
  const Icon = alarm ? ShieldAlert : ShieldCheck;
  const tone = alarm ? 'text-danger' : verdict?.finished ? 'text-ok' : 'text-faint';

  function save() {
    const file = URL.createObjectURL(
      new Blob([JSON.stringify(seal, undefined, 2)], { type: 'application/json' }),
    );
    const link = Object.assign(document.createElement('a'), {
      href: file,
      download: `audit-seal-${seal?.number}.json`,
    });
    link.click();
    URL.revokeObjectURL(file);
  }
  return (
    <div className="mb-4 flex min-h-8 flex-wrap items-center gap-x-3 gap-y-2 text-sm text-muted">
      <p role="status" className="flex min-w-0 flex-1 basis-64 items-start gap-2">
        <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${tone}`} />
        <span>
          {!verdict && !alarm && (seal ? <TimeAgo before="Sealed" at={seal.time} /> : 'Not sealed yet.')}
          {verdict && !verdict.finished && `Verifying… seal ${verdict.seals} of ${verdict.totalSeals}`}
          {verdict?.finished && !alarm && 'Verified: nothing was changed, removed or added.'}
          {alarm && <strong className="font-medium break-words text-danger">{alarm}</strong>}
        </span>
      </p>
      <Button size="sm" variant="ghost" disabled={!seal} onClick={save} className="max-sm:-ml-2.5">
        Save the newest seal
      </Button>
      <Button size="sm" pending={isVerifying} pendingLabel="Verifying…" onClick={verify}>
        Verify
      </Button>
    </div>
  );
}
