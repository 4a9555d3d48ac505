import { STOCK, STOCK_KINDS, type StockKind } from './decorator-contract.js';

/** What `@Cron`, `@Interval` or `@Timeout` says of a method, as it was written. */
export interface StockDeclaration {
  readonly kind: StockKind;
  readonly name: string | undefined;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The decorator that counts: the topmost. Undefined for a method without any. */
export function stockDeclarationOf(method: object): StockDeclaration | undefined {
  const type: unknown = Reflect.getMetadata(STOCK.typeKey, method);
  const kind = STOCK_KINDS.find((candidate) => STOCK.kinds[candidate].type === type);
  if (type === undefined || kind === undefined) return undefined;
  return {
    kind,
    name: Reflect.getMetadata(STOCK.nameKey, method) as string | undefined,
    options: Reflect.getMetadata(STOCK.kinds[kind].optionsKey, method) as Record<string, unknown>,
  };
}

/** Every decorator on the method. More than one is a mistake: only the topmost counts. */
export function stockKindsOn(method: object): readonly StockKind[] {
  return STOCK_KINDS.filter((kind) => Reflect.hasMetadata(STOCK.kinds[kind].optionsKey, method));
}
