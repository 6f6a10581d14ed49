import type * as original from '#server/credentials/rotation/rules.ts';

export const decideHello: typeof original.decideHello = ({ open }) => ({
  open: open?.state === 'queued' ? 'deliver' : 'keep',
  next: null,
});
