import { anyone, router } from '#server/core/procedures/builders.ts';
import { signedInView } from '#server/core/sessions/schema.ts';
import { completeSetup } from '#server/people/first-admin/commands.ts';
import { completeSetupInput } from '#server/people/first-admin/schema.ts';

export const setupRouter = router({
  complete: anyone
    .meta({ unbatched: true })
    .input(completeSetupInput)
    .output(signedInView)
    .mutation(({ ctx, input }) => completeSetup(ctx, input)),
});
