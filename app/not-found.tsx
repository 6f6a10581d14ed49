import type { Metadata } from 'next';
import { Doorway } from '#components/frame/doorway.tsx';
import { buttonClass } from '#components/ui/button.tsx';

export const metadata: Metadata = { title: 'Page not found' };

export default function NotFound() {
  return (
    <Doorway
      title="There is no such page"
      lead="The address may be mistyped, or the page may have moved."
      home="/"
    >
      <a href="/" className={buttonClass({ look: 'primary', size: 'lg' })}>
        Go to the dashboard
      </a>
    </Doorway>
  );
}
