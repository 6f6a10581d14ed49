'use client';
import { Button } from '#components/ui/button.tsx';
import { Doorway } from './doorway.tsx';

const reload = () => window.location.reload();

/** Stands where a page was that failed to draw itself. */
export function Broken() {
  return (
    <Doorway
      title="Something went wrong"
      lead="This page could not be shown. If reloading does not help, tell whoever runs this Keyward."
      home="/"
    >
      <Button variant="primary" size="lg" onClick={reload}>
        Reload
      </Button>
    </Doorway>
  );
}
