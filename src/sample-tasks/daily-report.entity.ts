import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What one product brought on one day. */
export interface ProductLine {
  readonly product: string;
  readonly orders: number;
  readonly amountCents: number;
}

/** One report for each day: writing it again replaces it. */
@Entity('daily_reports')
export class DailyReport {
  @PrimaryColumn('date')
  day!: string;

  @Column('integer')
  orders!: number;

  /** A decimal string: sums may outgrow a JavaScript number. */
  @Column('bigint', { name: 'amount_cents' })
  amountCents!: string;

  @Column('jsonb', { name: 'by_product' })
  byProduct!: ProductLine[];

  @Column('timestamptz', { name: 'written_at' })
  writtenAt!: Date;
}
