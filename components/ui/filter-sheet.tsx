'use client';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Dialog, DialogBody, DialogFooter } from './dialog.tsx';
import { Field, inputClass } from './field.tsx';
import type { ListControl } from './list-toolbar.tsx';

interface FilterSheetProps {
  controls: readonly ListControl[];
  fields: ReactNode;
  summary: string | undefined;
  onClear: (() => void) | undefined;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

/** The controls of a list on a phone, whose own pickers are the best there. What is chosen counts at once. */
export function FilterSheet({ controls, fields, summary, onClear, ...dialog }: FilterSheetProps) {
  return (
    <Dialog {...dialog} title="Filter & sort">
      <DialogBody className="gap-4!">
        {controls.map(({ label, value, options, onChoose }) => (
          <Field key={label} label={label}>
            {(control) => (
              <select
                {...control}
                value={value}
                onChange={(event) => onChoose(event.target.value)}
                className={inputClass}
              >
                {options.map(([known, words, count]) => (
                  <option key={known} value={known}>
                    {count === undefined ? words : `${words} (${count.toLocaleString('en-GB')})`}
                  </option>
                ))}
              </select>
            )}
          </Field>
        ))}
        {fields}
      </DialogBody>
      <DialogFooter>
        <p role="status" className="mr-auto text-sm text-muted">
          {summary}
        </p>
        {onClear && <Button onClick={onClear}>Clear filters</Button>}
        <Button variant="primary" onClick={dialog.onClose}>
          Done
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
