/** An alert that concerns somebody, on its way into the outbox. */
export interface NewDelivery {
  /** The bytes of its line, without the newline. */
  readonly raw: Buffer;
  readonly alertId: string | undefined;
  readonly level: number;
  /** The lanes that shall deliver it; never empty. */
  readonly lanes: readonly number[];
}
