import type * as original from '#server/people/sign-in/count-sign-in.ts';
import { recogniseDevice } from '#server/people/sign-in/recognise.ts';

export const recognise: typeof original.recognise = async (ctx, email) => ({
  account: email,
  device: await recogniseDevice(ctx, email),
});
