import { InvalidInputError } from '../domain/errors.js';

/**
 * A URL that a request can be sent to.
 *
 * @param pointer to the option that holds it
 * @throws InvalidInputError
 */
export function httpUrl(text: string, pointer: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.username !== '' || url.password !== ''))
    throw refused(pointer, 'must hold no user and password: give them as a header');
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw refused(pointer, 'must be a URL that begins with http:// or https://');
}

export const refused = (pointer: string, message: string) =>
  new InvalidInputError('What TasksNotificationsModule was given', [{ pointer, message }]);
