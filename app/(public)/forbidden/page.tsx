import type { Metadata } from 'next';
import { DeadEnd } from '#components/frame/dead-end.tsx';

export const metadata: Metadata = { title: 'No access' };

export default function ForbiddenPage() {
  return (
    <DeadEnd
      title="You have no access to this page"
      lead="Your role does not include it. An admin of this Keyward can change that."
    />
  );
}
