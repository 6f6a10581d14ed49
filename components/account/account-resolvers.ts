import { zodResolver } from '@hookform/resolvers/zod';
import { changePasswordInput, updateAccountInput } from '#server/people/account/schema.ts';

export const nameResolver = zodResolver(updateAccountInput);
export const passwordResolver = zodResolver(changePasswordInput);
