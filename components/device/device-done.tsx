import { Check, CircleSlash, Clock, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Card } from '#components/ui/card.tsx';
import { focusOnMount } from '#components/ui/focus-on-mount.ts';

/** How it ended, and that nothing more is to do here. */
export function DeviceDone({ approved, host }: { approved: boolean; host: string | null }) {
  const machine = host ?? 'The machine';
  return approved ? (
    <Ended icon={Check} tone="bg-ok-soft text-ok" title={`${machine} is let in`}>
      The command line goes on by itself. You can close this page.
    </Ended>
  ) : (
    <Ended icon={CircleSlash} tone="bg-idle-soft text-idle" title={`${machine} is turned away`}>
      It gets no token. You can close this page. If you did not start this, tell an admin that somebody tried.
    </Ended>
  );
}

export function DeviceExpired() {
  return (
    <Ended icon={Clock} tone="bg-idle-soft text-idle" title="The code has expired">
      Nothing was made. Run the command again for a new code.
    </Ended>
  );
}

interface EndedProps {
  icon: LucideIcon;
  tone: string;
  title: string;
  children: ReactNode;
}

function Ended({ icon: Icon, tone, title, children }: EndedProps) {
  return (
    <Card className="flex gap-3.5 px-4 py-4">
      <span className={`grid size-9 shrink-0 place-items-center rounded-full ${tone}`}>
        <Icon aria-hidden className="size-4.5" />
      </span>
      <div role="status" className="min-w-0 flex-1">
        <h2 ref={focusOnMount} tabIndex={-1} className="font-semibold break-words outline-none">
          {title}
        </h2>
        <p className="mt-0.5 text-muted">{children}</p>
      </div>
    </Card>
  );
}
