/**
 * Makes `other` a second door to `first`, an instance of the same class: what it holds is read from
 * there and written there, so every method of it does what that of `first` does.
 */
export function standIn(other: object, first: object): void {
  for (const key of Reflect.ownKeys(first)) {
    Object.defineProperty(other, key, {
      configurable: true,
      enumerable: true,
      get: () => Reflect.get(first, key) as unknown,
      set(value: unknown) {
        Reflect.set(first, key, value);
      },
    });
  }
}
