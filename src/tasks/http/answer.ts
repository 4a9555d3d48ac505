import type { z } from 'zod';

/** What the server says, as JSON carries it: its dates arrive as text. */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T]: Wire<T[Key]> }
      : T;

/** What whoever asks the server gets: the page and the command line have their types from here. */
export type Answer<Schema extends z.ZodType> = Wire<z.output<Schema>>;
