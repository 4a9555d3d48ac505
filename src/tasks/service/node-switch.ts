/** Starts and stops this node's work, while the application goes on. */
export abstract class NodeSwitch {
  /** Finds what the host declares, if that has not been done yet. */
  abstract explore(): void;

  /**
   * Resolves when this node is at work.
   *
   * @throws WrongStateError when the application closes before, or after `startTimeoutMs`: it begins
   *   after the last bootstrap hook, so no hook can wait for it
   */
  abstract ready(): Promise<void>;

  /** It works, or is about to. */
  abstract get hasBegun(): boolean;

  /** Begins work. @throws WrongStateError when it has begun already */
  abstract start(): void;

  /**
   * Ends work as at the end of the process: nothing new is begun, and runs may end within the grace.
   *
   * @param wait whether the answer waits for the end. Default: yes.
   * @throws WrongStateError when it has ended already
   */
  abstract shutdown(options?: { readonly wait?: boolean }): Promise<void>;
}
