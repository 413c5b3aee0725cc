import { lazy, Suspense } from 'react';
import { Loading } from '../ui/Notes';
import type { CodeEditorProps } from './CodeEditor';

const Heavy = lazy(async () => ({ default: (await import('./CodeEditor')).CodeEditor }));

/** The editor of JSON texts, fetched when it is first shown. */
export function Editor(props: CodeEditorProps) {
  return (
    <Suspense fallback={<Loading name="Loading the editor" />}>
      <Heavy {...props} />
    </Suspense>
  );
}
