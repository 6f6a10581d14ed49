import type { Metadata } from 'next';
import { Doorway } from '#components/frame/doorway.tsx';
import { setupCodeScript } from '#components/setup/setup-code.ts';
import { SetupForm } from '#components/setup/setup-form.tsx';

export const metadata: Metadata = { title: 'Set up' };

export default function SetupPage() {
  return (
    <Doorway title="Set up Keyward" lead="You will be the first admin, and can add everyone else.">
      <script dangerouslySetInnerHTML={{ __html: setupCodeScript }} />
      <SetupForm />
    </Doorway>
  );
}
