import type { ReactNode } from 'react';
import { ScopeSwitch } from './scope-switch.tsx';

/** A page's title, the switch between one's own and everyone's where it has both, and what can be done on it. */
export function PageHead({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <div className="mb-5 flex min-h-9 flex-wrap items-center gap-x-4 gap-y-2">
      <h1 className="min-w-0 text-xl font-semibold">{title}</h1>
      <ScopeSwitch />
      {children && <div className="ml-auto flex flex-wrap items-center gap-2">{children}</div>}
    </div>
  );
}
