import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A sale, as the shop system knows it. */
@Entity('orders')
export class Order {
  /** The shop's own number: importing an order again finds it here and changes nothing. */
  @PrimaryColumn('text', { name: 'external_id' })
  externalId!: string;

  @Column('text')
  product!: string;

  @Column('text')
  team!: string;

  @Column('integer', { name: 'amount_cents' })
  amountCents!: number;

  @Index('orders_ordered_at')
  @Column('timestamptz', { name: 'ordered_at' })
  orderedAt!: Date;
}
