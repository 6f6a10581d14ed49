import * as original from '#server/people/users/queries.ts';

export const findUserForUpdate: typeof original.findUserForUpdate = original.findUser;
