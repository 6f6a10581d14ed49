import type { Metadata } from 'next';
import { Doorway } from '#components/frame/doorway.tsx';
import { buttonClass } from '#components/ui/button.tsx';

export const metadata: Metadata = { title: 'No access' };

export default function ForbiddenPage() {
  return (
    <Doorway
      title="You have no access to this page"
      lead="Your role does not include it. An admin of this Keyward can change that."
      home="/"
    >
      <a href="/" className={buttonClass({ look: 'primary', size: 'lg' })}>
        Go to the dashboard
      </a>
    </Doorway>
  );
}
