import type { Metadata } from 'next';
import { DeviceGate } from '#components/device/device-gate.tsx';
import { Doorway } from '#components/frame/doorway.tsx';
import { SignInAgain } from '#components/sessions/sign-in-again.tsx';

export const metadata: Metadata = { title: 'Let a command line in' };

export default function DevicePage() {
  return (
    <Doorway title="Let a command line in" home="/">
      <DeviceGate />
      <SignInAgain />
    </Doorway>
  );
}
