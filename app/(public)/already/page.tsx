import type { Metadata } from 'next';
import { Doorway } from '#components/frame/doorway.tsx';
import { buttonClass } from '#components/ui/button.tsx';

export const metadata: Metadata = { title: 'Set up already' };

/** In the place of the set-up page once there is a first admin. */
export default function AlreadyPage() {
  return (
    <Doorway
      title="Keyward is set up already"
      lead="Its first admin has an account and can invite everyone else."
    >
      <a href="/login" className={buttonClass({ variant: 'primary', size: 'lg' })}>
        Sign in
      </a>
    </Doorway>
  );
}
