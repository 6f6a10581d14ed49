import { noInput } from '#server/access/schema.ts';
import { changesStream } from '#server/live/schema.ts';
import { watchChanges } from '#server/live/watch.ts';
import { router, signedIn } from '#server/trpc/init.ts';

export const liveRouter = router({
  changes: signedIn
    .input(noInput)
    .output(changesStream)
    .subscription(({ ctx, signal }) => watchChanges(ctx, signal)),
});
