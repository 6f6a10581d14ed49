import { buttonClass } from '#components/ui/button.tsx';
import { Doorway } from './doorway.tsx';

/** A page that leads nowhere, for what is not there or not for whoever asks, and the way back. */
export function DeadEnd({ title, lead }: { title: string; lead: string }) {
  return (
    <Doorway title={title} lead={lead} home="/">
      <a href="/" className={buttonClass({ variant: 'primary', size: 'lg' })}>
        Go to the dashboard
      </a>
    </Doorway>
  );
}
