import type { Metadata } from 'next';
import { Doorway } from '#components/frame/doorway.tsx';
import { CompleteReset } from '#components/links/complete-reset.tsx';
import { linkCodeScript } from '#components/links/link-code.ts';

export const metadata: Metadata = { title: 'New password' };

export default function ResetPage() {
  return (
    <Doorway title="Choose a new password">
      <script dangerouslySetInnerHTML={{ __html: linkCodeScript }} />
      <CompleteReset />
    </Doorway>
  );
}
