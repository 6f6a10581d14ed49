'use client';
import { cx } from 'class-variance-authority';
import { type LucideIcon, SlidersHorizontal } from 'lucide-react';
import { Fragment, type ReactNode, useRef, useState } from 'react';
import { Button } from './button.tsx';
import { lazyPart, orSayMissing } from './lazy-part.tsx';
import { SearchField } from './search-field.tsx';
import { SelectMenu } from './select-menu.tsx';
import { Skeleton } from './skeleton.tsx';

const [FilterSheet, preload] = lazyPart(async () => (await import('./filter-sheet.tsx')).FilterSheet);

/** A filter or an order of a list: a menu in its toolbar, or what is given `inline`; a field of the sheet on a phone. */
export interface ListControl {
  label: string;
  icon: LucideIcon;
  value: string;
  options: readonly ListOption<string>[];
  onChoose: (value: string) => void;
  /** It leaves some rows out. */
  isSet: boolean;
  inline?: ReactNode;
}
type ListOption<Value extends string> = readonly [value: Value, words: string, count?: number | undefined];

/** A control of these values and no others. */
export function listControl<Value extends string>({
  options,
  onChoose,
  isSet = false,
  ...control
}: Omit<ListControl, 'options' | 'onChoose' | 'value' | 'isSet'> & {
  value: Value;
  options: readonly ListOption<Value>[];
  onChoose: (value: Value) => void;
  isSet?: boolean;
}): ListControl {
  function choose(wanted: string) {
    const chosen = options.find(([known]) => known === wanted);
    if (chosen) onChoose(chosen[0]);
  }
  return { ...control, options, isSet, onChoose: choose };
}

interface ListToolbarProps {
  search: { label: string; value: string; onSearch: (value: string) => void };
  controls: readonly ListControl[];
  /** How many of the rows the sheet leads back to, in words: "44 match". */
  summary: string | undefined;
  onClear: (() => void) | undefined;
  /** Fields that a chosen value asks for. */
  fields?: ReactNode;
  /** What else can be done with the list. */
  children?: ReactNode;
}

/** What narrows and orders a list. On a phone the search alone, and a button to a sheet with all the rest. */
export function ListToolbar({ search, controls, fields, children, ...sheet }: ListToolbarProps) {
  const [isOpen, setIsOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => setIsOpen(false);
  // What shows its values stands before the search.
  const lead = controls.find(({ inline }) => Boolean(inline));
  const others = controls.filter((control) => control !== lead);
  const active = controls.filter(({ isSet }) => isSet).length;
  return (
    <div className="mb-2 flex flex-wrap items-center gap-2">
      <div className="contents max-tablet:hidden">{lead?.inline}</div>
      <div className="flex min-w-0 flex-1 basis-full gap-2 tablet:basis-64">
        <SearchField {...search} />
        {controls.length > 0 && (
          <Button
            ref={button}
            aria-haspopup="dialog"
            aria-label={active > 0 ? `Filter & sort, ${active} active` : 'Filter & sort'}
            className="tablet:hidden"
            onPointerEnter={preload}
            onFocus={preload}
            onClick={() => setIsOpen(true)}
          >
            <SlidersHorizontal aria-hidden />
            Filter & sort
            {active > 0 && (
              <span className="grid h-4.5 min-w-4.5 place-items-center rounded-full bg-accent px-1 text-xs text-on-accent">
                {active}
              </span>
            )}
          </Button>
        )}
      </div>
      <div className="contents max-tablet:hidden">
        {others.map(({ inline, ...control }) =>
          inline ? (
            <Fragment key={control.label}>{inline}</Fragment>
          ) : (
            <SelectMenu key={control.label} {...control} />
          ),
        )}
        {fields}
      </div>
      {children}
      {isOpen && (
        <FilterSheet
          {...sheet}
          controls={controls}
          fields={fields}
          returnTo={() => button.current}
          onClose={close}
          onMissing={orSayMissing(close)}
        />
      )}
    </div>
  );
}

/** As high as a toolbar of so many lines and the summary below it. */
export function ListToolbarSkeleton({ lines = 1 }: { lines?: 1 | 2 }) {
  return (
    <div className={cx('mb-1 h-18', lines === 2 ? 'tablet:h-30' : 'tablet:h-20')}>
      <Skeleton className="h-8 w-full tablet:w-80" />
    </div>
  );
}
