import type { Metadata } from 'next';
import { Doorway } from '#components/frame/doorway.tsx';
import { AcceptInvite } from '#components/links/accept-invite.tsx';
import { linkCodeScript } from '#components/links/link-code.ts';

export const metadata: Metadata = { title: 'Invite' };

export default function InvitePage() {
  return (
    <Doorway title="Join Keyward">
      <script dangerouslySetInnerHTML={{ __html: linkCodeScript }} />
      <AcceptInvite />
    </Doorway>
  );
}
