import { Field, TextArea } from '../ui/Field';
import { objectOf } from './json';

interface JsonFieldProps {
  label: string;
  hint?: string;
  text: string;
  onText: (text: string) => void;
  className?: string;
}

/** A JSON object as a text that is written. */
export function JsonField({ label, hint, text, onText, className = 'h-32' }: JsonFieldProps) {
  return (
    <Field
      label={label}
      hint={hint}
      error={objectOf(text) === null ? 'This is not a JSON object' : null}
    >
      {(tie) => (
        <TextArea
          {...tie}
          value={text}
          onChange={(e) => onText(e.target.value)}
          className={`font-mono text-[0.8125rem] ${className}`}
        />
      )}
    </Field>
  );
}
