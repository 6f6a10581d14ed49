import { permitted, rest, router, signedIn } from '#server/core/procedures/builders.ts';
import { explainAccess, listReach } from '#server/credentials/access-review/commands.ts';
import {
  explainInput,
  explanationView,
  listReachInput,
  reachPageView,
} from '#server/credentials/access-review/schema.ts';

export const accessRouter = router({
  list: permitted('keys:read')
    .meta(rest('GET', '/access', 'Who can reach a resource, and why'))
    .input(listReachInput)
    .output(reachPageView)
    .query(({ ctx, input }) => listReach(ctx, input)),
  explain: signedIn
    .meta(
      rest(
        'POST',
        '/access/explain',
        'Whether a credential may do or reach something, and which rule says so',
        {
          errors: ['not_found'],
        },
      ),
    )
    .input(explainInput)
    .output(explanationView)
    .mutation(({ ctx, input }) => explainAccess(ctx, input)),
});
