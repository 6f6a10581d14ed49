import { ClaudeSetup } from '#components/claude-setup/claude-setup.tsx';
import { LiveUpdates } from '#components/live/live-updates.tsx';
import { SignInAgain } from '#components/sessions/sign-in-again.tsx';

/** For whoever is signed in: one press, and Claude Code does the rest. */
export function OwnSetup() {
  return (
    <>
      <LiveUpdates />
      <ClaudeSetup />
      <SignInAgain />
    </>
  );
}
