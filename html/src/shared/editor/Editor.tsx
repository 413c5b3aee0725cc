import { lazy, Suspense } from 'react';
import { Loading } from '../ui/Notes';
import type { CodeEditorProps } from './CodeEditor';
import type { SideBySideProps } from './SideBySide';

const Heavy = lazy(async () => ({ default: (await import('./CodeEditor')).CodeEditor }));
const Heavier = lazy(async () => ({ default: (await import('./SideBySide')).SideBySide }));

/** The editor of JSON texts, fetched when it is first shown. */
export function Editor(props: CodeEditorProps) {
  return (
    <Suspense fallback={<Loading name="Loading the editor" />}>
      <Heavy {...props} />
    </Suspense>
  );
}

/** Two texts beside each other, in the same looks. */
export function Comparison(props: SideBySideProps) {
  return (
    <Suspense fallback={<Loading name="Loading the comparison" />}>
      <Heavier {...props} />
    </Suspense>
  );
}
