import * as original from '#db/client.ts';

export const connectionConfig: typeof original.connectionConfig = (address) => {
  const { query_timeout: _, ...config } = original.connectionConfig(address);
  return config;
};
