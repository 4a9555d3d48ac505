import { Fragment } from 'react';
import { Instant } from './time.js';

const INSTANT = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** A sentence of the server, its instants in the zone that is chosen. */
export function Words({ text }: { readonly text: string }) {
  return text
    .split(INSTANT)
    .map((part, index) =>
      INSTANT.test(part) ? (
        <Instant key={index} at={part} style="full" />
      ) : (
        <Fragment key={index}>{part}</Fragment>
      ),
    );
}
