import { permittedFreshlyInSession, permittedInSession, router } from '#server/core/procedures/builders.ts';
import { approveDevice, denyDevice, findDeviceRequest } from '#server/credentials/device-sign-in/commands.ts';
import {
  deviceAnswerView,
  deviceCodeInput,
  deviceRequestView,
} from '#server/credentials/device-sign-in/schema.ts';

/** For the page that machines send people to, and for nothing else: so not in the REST API. */
export const deviceRouter = router({
  // Changes nothing, but counts: who may look without end may guess.
  find: permittedInSession('tokens:write')
    .meta({ unbatched: true })
    .input(deviceCodeInput)
    .output(deviceRequestView)
    .mutation(({ ctx, input }) => findDeviceRequest(ctx, input)),
  approve: permittedFreshlyInSession('tokens:write')
    .meta({ unbatched: true })
    .input(deviceCodeInput)
    .output(deviceAnswerView)
    .mutation(({ ctx, input }) => approveDevice(ctx, input)),
  // Who may let none in turns one away too: it would wait for minutes.
  deny: permittedInSession('profile:read')
    .meta({ unbatched: true })
    .input(deviceCodeInput)
    .output(deviceAnswerView)
    .mutation(({ ctx, input }) => denyDevice(ctx, input)),
});
