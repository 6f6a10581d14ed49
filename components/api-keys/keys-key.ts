export const keysKey = ['api-keys'];
