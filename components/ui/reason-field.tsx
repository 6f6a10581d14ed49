import type { ComponentProps } from 'react';
import { TextField } from './field.tsx';

/** Why something is done, where the audit log is to say it. `hint`: where it is kept. */
export const ReasonField = (props: Omit<ComponentProps<typeof TextField>, 'label'>) => (
  <TextField data-first-focus label="Reason" optional autoComplete="off" maxLength={500} {...props} />
);
