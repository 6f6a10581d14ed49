import { noInput } from '#server/core/access/schema.ts';
import { router, signedIn } from '#server/core/procedures/builders.ts';
import { watchChanges } from '#server/oversight/live-updates/hub.ts';
import { changesStream } from '#server/oversight/live-updates/schema.ts';

export const liveRouter = router({
  changes: signedIn
    .input(noInput)
    .output(changesStream)
    .subscription(({ ctx, signal }) => watchChanges(ctx, signal)),
});
