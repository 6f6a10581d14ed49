import type { BaseSyntheticEvent, ReactNode } from 'react';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';

interface SettingsFormProps {
  isDirty: boolean;
  pending: boolean;
  /** What is wrong with none of the fields. */
  problem: string | undefined;
  onSubmit: (event?: BaseSyntheticEvent) => Promise<void>;
  children: ReactNode;
}

/** Some settings that are saved together. */
export function SettingsForm({ isDirty, pending, problem, onSubmit, children }: SettingsFormProps) {
  return (
    <form noValidate className="grid gap-4" onSubmit={(event) => void onSubmit(event)}>
      {children}
      {problem && <Alert variant="danger">{problem}</Alert>}
      <div>
        <Button type="submit" variant="primary" disabled={!isDirty} pending={pending} pendingLabel="Saving…">
          Save
        </Button>
      </div>
    </form>
  );
}
