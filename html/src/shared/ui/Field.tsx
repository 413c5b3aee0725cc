import { useId, type ComponentProps, type ReactNode } from 'react';

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  required?: boolean;
  /** Draws the control with what ties it to its label, hint and error. */
  children: (tie: Tie) => ReactNode;
}

export interface Tie {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean;
  'aria-required': boolean;
}

/** A control with its label above and its hint, or what is wrong with it, below. */
export function Field({ label, hint, error, required = false, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
        {required && <span className="ml-1.5 text-xs font-normal text-faint">required</span>}
      </label>
      {children({
        id,
        'aria-describedby': error || hint ? noteId : undefined,
        'aria-invalid': Boolean(error),
        'aria-required': required,
      })}
      {(error || hint) && (
        <p
          id={noteId}
          role={error ? 'alert' : undefined}
          className={`text-[0.8125rem] break-words ${error ? 'text-bad' : 'text-faint'}`}
        >
          {error || hint}
        </p>
      )}
    </div>
  );
}

export function TextInput(props: ComponentProps<'input'>) {
  return (
    <input
      type="text"
      autoComplete="off"
      spellCheck={false}
      {...props}
      className={`control ${props.className ?? ''}`}
    />
  );
}

interface SearchInputProps {
  /** What is sought; stands in the empty field where nothing else is said. */
  name: string;
  placeholder?: string;
  text: string;
  onText: (text: string) => void;
  className?: string;
}

/** The field by which a list is searched; the key / leads to the first of a page. */
export function SearchInput(props: SearchInputProps) {
  const { name, placeholder = name, text, onText } = props;
  return (
    <TextInput
      type="search"
      aria-label={name}
      placeholder={placeholder}
      value={text}
      onChange={(e) => onText(e.target.value)}
      className={props.className ?? 'min-w-0 flex-1 basis-60'}
    />
  );
}

export function TextArea(props: ComponentProps<'textarea'>) {
  return (
    <textarea
      spellCheck={false}
      {...props}
      className={`control min-h-20 resize-y ${props.className ?? ''}`}
    />
  );
}

export function Select(props: ComponentProps<'select'>) {
  return <select {...props} className={`control pr-8 ${props.className ?? ''}`} />;
}
