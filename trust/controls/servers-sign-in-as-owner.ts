import * as original from '#server/core/database/connect-database.ts';

export const prepareLogin: typeof original.prepareLogin = async (client, config, parts) => {
  await original.prepareLogin(client, config, parts);
  return parts.given.owner;
};
