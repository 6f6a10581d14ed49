import type { Metadata } from 'next';
import { Doorway } from '#components/frame/doorway.tsx';
import { magicCodeScript } from '#components/sessions/magic-code.ts';
import { MagicForm } from '#components/sessions/magic-form.tsx';

export const metadata: Metadata = { title: 'Sign in by a link' };

export default function MagicPage() {
  return (
    <Doorway title="Sign in to Keyward" lead="You opened a link that was mailed to you.">
      <script dangerouslySetInnerHTML={{ __html: magicCodeScript }} />
      <MagicForm />
    </Doorway>
  );
}
