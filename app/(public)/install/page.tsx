import type { Metadata } from 'next';
import { Doorway } from '#components/frame/doorway.tsx';
import { InstallView } from '#components/install/install-view.tsx';
import { WayBack } from '#components/install/way-back.tsx';

export const metadata: Metadata = { title: 'Install the command line' };

export default function InstallPage() {
  return (
    <Doorway
      wide
      home="/"
      back={<WayBack />}
      title="Install the command line"
      lead="keyward is handed out by this server, so the two always fit."
    >
      <InstallView />
    </Doorway>
  );
}
