import { InvalidInputError } from './invalid-input.js';

/** The refusal of one field of a spec, by its JSON pointer. */
export function refuse(pointer: string, message: string): InvalidInputError {
  return new InvalidInputError('The trigger', [{ pointer, message }]);
}
