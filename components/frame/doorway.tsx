import type { ReactNode } from 'react';
import { Mark } from '#components/brand/logo.tsx';

interface DoorwayProps {
  title: string;
  lead?: ReactNode;
  /** Set, the mark leads there. */
  home?: string;
  /** A way back to where whoever looks came from, beside the mark. */
  back?: ReactNode;
  /** For lines that must not break: commands. */
  wide?: boolean;
  children?: ReactNode;
}

/** The frame of the pages one sees before coming in: one column, the mark above it, always at the same height. */
export function Doorway({ title, lead, home, back, wide = false, children }: DoorwayProps) {
  const mark = <Mark className="size-10" />;
  return (
    <main className="grid justify-items-center px-4 pt-[max(1.5rem,14svh)] pb-6">
      <div className={`w-full ${wide ? 'max-w-160' : 'max-w-95'}`}>
        <div className="mb-6 grid justify-items-start gap-5">
          <div className="flex w-full items-center justify-between gap-4">
            {home ? (
              <a href={home} aria-label="Keyward, home" className="rounded-control">
                {mark}
              </a>
            ) : (
              mark
            )}
            {back}
          </div>
          <div>
            <h1 className="text-xl font-semibold">{title}</h1>
            {lead && <p className="mt-1 text-muted">{lead}</p>}
          </div>
        </div>
        {children}
      </div>
    </main>
  );
}
