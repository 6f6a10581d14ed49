import { signedInView } from '#server/sessions/schema.ts';
import { completeSetup } from '#server/setup/commands.ts';
import { completeSetupInput } from '#server/setup/schema.ts';
import { anyone, router } from '#server/trpc/init.ts';

export const setupRouter = router({
  complete: anyone
    .meta({ unbatched: true })
    .input(completeSetupInput)
    .output(signedInView)
    .mutation(({ ctx, input }) => completeSetup(ctx, input)),
});
