import * as original from '#db/client.ts';

export const openPool: typeof original.openPool = (address, options) => {
  const pool = original.openPool(address, options);
  pool.off('error', options.onError);
  pool.on('connect', (client) => client.off('error', options.onError));
  return pool;
};
