import * as original from '#db/login.ts';

/** Taken for closed already. */
export const readAdmission: typeof original.readAdmission = async (client, user) => ({
  ...(await original.readAdmission(client, user)),
  isOpen: false,
});
