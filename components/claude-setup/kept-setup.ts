import { useSyncExternalStore } from 'react';

/** What this tab keeps of a code in flight: neither the code nor the text around it. */
interface KeptSetup {
  id: string;
  until: Date;
}

const keyStart = 'keyward-claude-setup-';
/** Long enough to see how it went; by then the server may have forgotten the code. */
const keptMs = 3_600_000;

/** Kept by person: whoever signs in next in this tab is not shown it. */
export function keepSetup(userId: string, { id, until }: KeptSetup) {
  try {
    sessionStorage.setItem(keyStart + userId, `${until.getTime()} ${id}`);
  } catch {
    // Where storage is refused, the card forgets with the page.
  }
}

export function forgetSetup(userId: string) {
  try {
    sessionStorage.removeItem(keyStart + userId);
  } catch {
    // Nothing was kept.
  }
}

/** The code that this tab was waiting for when an earlier page of it went away. */
export function useKeptSetup(userId: string | undefined): KeptSetup | null {
  const kept = useSyncExternalStore(
    never,
    () => read(userId),
    () => null,
  );
  const [until, id] = kept?.split(' ') ?? [];
  return until && id ? { id, until: new Date(Number(until)) } : null;
}

const never = () => () => {};

function read(userId: string | undefined): string | null {
  if (!userId) return null;
  try {
    const kept = sessionStorage.getItem(keyStart + userId);
    return kept && Number.parseInt(kept, 10) + keptMs > Date.now() ? kept : null;
  } catch {
    return null;
  }
}
