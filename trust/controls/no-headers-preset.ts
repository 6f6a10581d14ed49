import type * as original from '#server/doors/http/answer.ts';

export const presetHeaders: typeof original.presetHeaders = () => {};
