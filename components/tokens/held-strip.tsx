import { Lock } from 'lucide-react';

export const heldWords =
  'Disabled by an admin, or because a replaced secret of it was used. Only an admin can enable it.';

/** The foot of a card whose owner may not switch it on again. */
export function HeldStrip() {
  return (
    <p className="flex items-start gap-3 text-sm text-muted">
      <Lock aria-hidden className="mt-0.5 size-4 shrink-0" />
      {heldWords}
    </p>
  );
}
