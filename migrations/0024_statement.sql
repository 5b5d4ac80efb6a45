-- A seller's statement reads an account's transfers by their time. The time stands before the id: within an account
-- transfers are then ordered by when they were made, and there are as many indexes to write as before.

CREATE INDEX transfer_debit_at ON ledger.transfer (debit_account_id, created_at, id);
CREATE INDEX transfer_credit_at ON ledger.transfer (credit_account_id, created_at, id);
DROP INDEX ledger.transfer_debit;
DROP INDEX ledger.transfer_credit;
