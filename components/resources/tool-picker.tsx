'use client';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import { Button } from '#components/ui/button.tsx';
import { Checkbox } from '#components/ui/checkbox.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { SearchField } from '#components/ui/search-field.tsx';
import { byServer, rawNameOf, type ServerTools, unknownIds, wholeOf } from './known-tools.ts';
import { idsOf, type ReachValues } from './reach-schema.ts';
import { toolsQuery } from './tools-query.ts';

interface FormValues {
  resources: ReachValues;
}

interface ToolPickerProps {
  isInvalid: boolean;
  /** What says why. */
  noteId: string;
  /** The same ids as a text, for those who know them. */
  children: ReactNode;
}

/** The tools of the tenant by server, to be ticked; where there are none yet, their ids are written. */
export function ToolPicker({ isInvalid, noteId, children }: ToolPickerProps) {
  const { data: tools } = useQuery(toolsQuery);
  const { control, setValue, formState } = useFormContext<FormValues>();
  const text = useWatch({ control, name: 'resources.mcp_tool.ids' });
  const [search, setSearch] = useState('');
  const ids = idsOf(text);
  if (!tools || tools.length === 0)
    return (
      <>
        {children}
        <p className="text-sm text-muted">One per line.</p>
      </>
    );
  const set = (next: readonly string[]) =>
    setValue('resources.mcp_tool.ids', next.join('\n'), {
      shouldDirty: true,
      shouldValidate: formState.isSubmitted,
    });
  const wanted = search.trim().toLowerCase();
  const matching = tools.filter(({ name, title }) => `${name} ${title ?? ''}`.toLowerCase().includes(wanted));
  const marks = {
    'aria-invalid': isInvalid || undefined,
    'aria-describedby': isInvalid ? noteId : undefined,
  };
  return (
    <>
      <SearchField label="Search tools" value={search} onSearch={setSearch} />
      <div className="grid max-h-72 gap-3 overflow-y-auto rounded-control border border-line px-3 py-2.5">
        {byServer(matching).map((server) => (
          <ServerChoice
            key={server.id}
            server={server}
            isSearching={wanted !== ''}
            ids={ids}
            marks={marks}
            onChange={set}
          />
        ))}
        {matching.length === 0 && <p className="text-sm text-muted">No tool matches.</p>}
        {unknownIds(ids, tools).map((id) => (
          <Checkbox key={id} checked onChange={() => set(ids.filter((other) => other !== id))}>
            <code className="font-mono text-xs break-all">{id}</code>{' '}
            <span className="text-sm text-faint">not offered here</span>
          </Checkbox>
        ))}
      </div>
      <Disclosure label="Write ids">
        {children}
        <p className="mt-1.5 text-sm text-muted">One per line: {'<server id>/<tool>'}.</p>
      </Disclosure>
    </>
  );
}

const shownAtFirst = 8;

interface ServerChoiceProps {
  server: ServerTools;
  isSearching: boolean;
  ids: readonly string[];
  marks: { 'aria-invalid': true | undefined; 'aria-describedby': string | undefined };
  onChange: (ids: readonly string[]) => void;
}

/** All of a server, or some of its tools. */
function ServerChoice({
  server: { id, alias, tools },
  isSearching,
  ids,
  marks,
  onChange,
}: ServerChoiceProps) {
  const [showsAll, setShowsAll] = useState(false);
  const whole = wholeOf(id);
  const hasWhole = ids.includes(whole);
  const others = ids.filter((named) => !named.startsWith(`${id}/`));
  const toggle = (resource: string) =>
    onChange(ids.includes(resource) ? ids.filter((named) => named !== resource) : [...ids, resource]);
  const shown = showsAll || isSearching ? tools : tools.slice(0, shownAtFirst);
  return (
    <div role="group" aria-label={alias} className="grid gap-1.5">
      <Checkbox
        {...marks}
        checked={hasWhole}
        onChange={() => onChange(hasWhole ? others : [...others, whole])}
        className="font-medium"
      >
        Every tool of {alias}
        <span className="ml-1.5 text-sm font-normal text-faint">also those that it lists later</span>
      </Checkbox>
      {!hasWhole && (
        <div className="ml-6.5 grid gap-1.5">
          {shown.map((tool) => (
            <Checkbox
              {...marks}
              key={tool.resource}
              checked={ids.includes(tool.resource)}
              onChange={() => toggle(tool.resource)}
            >
              <code className="font-mono text-xs break-all">{rawNameOf(tool)}</code>
            </Checkbox>
          ))}
          {tools.length > shown.length && (
            <Button
              size="sm"
              variant="ghost"
              className="-ml-2.5 justify-self-start"
              onClick={() => setShowsAll(true)}
            >
              Show all {tools.length} of {alias}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
