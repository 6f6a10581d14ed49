const endedKey = 'keyward-session-ended';
const signOutKey = 'keyward-signed-out';

let isSigningOut = false;

/** Whoever signs out is not led back to where they were: their open stream ends before the answer is there. */
export function setSigningOut(is: boolean) {
  isSigningOut = is;
}

/** To sign in, and back to the same place afterwards. The sign-in page is left a note that says why one is there. */
export function leaveToSignIn() {
  if (isSigningOut) return;
  try {
    sessionStorage.setItem(endedKey, 'yes');
  } catch {
    // Storage may be refused; then there is no note.
  }
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/login?next=${encodeURIComponent(here)}${window.location.hash}`);
}

/** Whether there is such a note. It is read once. */
export function takeEndedNote(): boolean {
  try {
    const found = sessionStorage.getItem(endedKey) !== null;
    sessionStorage.removeItem(endedKey);
    return found;
  } catch {
    return false;
  }
}

/** Tells this browser's other tabs that the session is over. */
export function announceSignOut() {
  try {
    localStorage.setItem(signOutKey, 'now');
    localStorage.removeItem(signOutKey);
  } catch {
    // The other tabs then find out with their next call.
  }
}

/** Leaves when another tab signs out. Returns what stops that. */
export function leaveOnSignOut(): () => void {
  const fromOtherTab = ({ key, newValue }: StorageEvent) => {
    if (key === signOutKey && newValue !== null) leaveToSignIn();
  };
  window.addEventListener('storage', fromOtherTab);
  return () => window.removeEventListener('storage', fromOtherTab);
}
