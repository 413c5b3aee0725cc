import { useState } from 'react';
import { ActDialog } from '../shared/ui/ActDialog';
import { Button, IconButton } from '../shared/ui/Button';
import { Field, TextInput } from '../shared/ui/Field';
import { keepViews, savedViews, withView, type SavedView } from './filter';

interface ViewBarProps {
  search: URLSearchParams;
  onOpen: (search: string) => void;
}

/** Filters that were given a name, kept in this browser. */
export function ViewBar({ search, onOpen }: ViewBarProps) {
  const [views, setViews] = useState(savedViews);
  const [naming, setNaming] = useState(false);
  const here = search.toString();
  const keep = (next: SavedView[]) => {
    setViews(next);
    keepViews(next);
  };
  if (views.length === 0 && here === '') return null;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {views.length > 0 && (
        <ul aria-label="Saved views" className="flex flex-wrap gap-2">
          {views.map((view) => (
            <li key={view.name} className="flex rounded-lg border border-line bg-surface">
              <Button
                size="small"
                kind="quiet"
                icon="star"
                aria-pressed={view.search === here}
                className={view.search === here ? 'text-accent' : ''}
                onClick={() => onOpen(view.search)}
              >
                {view.name}
              </Button>
              <IconButton
                icon="close"
                name={`Forget the view ${view.name}`}
                className="size-7"
                onClick={() => keep(views.filter((v) => v !== view))}
              />
            </li>
          ))}
        </ul>
      )}
      {here !== '' && !views.some((v) => v.search === here) && (
        <Button size="small" kind="quiet" icon="star" onClick={() => setNaming(true)}>
          Save this view
        </Button>
      )}
      {here !== '' && (
        <Button size="small" kind="quiet" icon="close" onClick={() => onOpen('')}>
          Show all
        </Button>
      )}
      {naming && (
        <NameDialog
          onClose={() => setNaming(false)}
          onName={(name) => {
            keep(withView(views, { name, search: here }));
            setNaming(false);
          }}
        />
      )}
    </div>
  );
}

function NameDialog({ onClose, onName }: { onClose: () => void; onName: (name: string) => void }) {
  const [name, setName] = useState('');
  return (
    <ActDialog
      title="Save this view"
      lead="The filters that are set now, kept in this browser."
      act="Save"
      busy={false}
      disabled={name.trim() === ''}
      error={null}
      onDo={() => onName(name.trim())}
      onClose={onClose}
    >
      <Field label="Name">
        {(tie) => (
          <TextInput
            {...tie}
            value={name}
            maxLength={60}
            onChange={(e) => setName(e.target.value)}
          />
        )}
      </Field>
    </ActDialog>
  );
}
