export const tenantsKey = ['tenants'];
