import type { ReactNode } from 'react';
import { Card } from '#components/ui/card.tsx';

interface SectionProps {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
}

/** A part of a page of settings: what it is about on the left, what can be done on the right. */
export function Section({ title, lead, children }: SectionProps) {
  return (
    <section aria-label={title} className="grid gap-3 @2xl:grid-cols-[16rem_1fr] @2xl:gap-8">
      <div>
        <h2 className="font-semibold">{title}</h2>
        {lead && <p className="mt-1 text-sm text-muted">{lead}</p>}
      </div>
      <Card className="min-w-0 p-5">{children}</Card>
    </section>
  );
}
