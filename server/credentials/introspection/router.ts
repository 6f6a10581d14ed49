import { permitted, rest, router } from '#server/core/procedures/builders.ts';
import { checkShown } from '#server/credentials/introspection/check-shown.ts';
import { verifyInput, verifyView } from '#server/credentials/introspection/schema.ts';

export const verifyRouter = router({
  token: permitted('verify')
    .meta({ unbatched: true })
    .meta(rest('POST', '/verify', 'What a token that was shown to you may do; always 200'))
    .input(verifyInput)
    .output(verifyView)
    .mutation(({ ctx, input }) => checkShown(ctx, input)),
});
