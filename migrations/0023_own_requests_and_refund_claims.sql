-- A buyer's own call-back requests, and the claims of sellers that the platform should bear a refund: those that nobody
-- has decided yet are listed in the console.

CREATE INDEX availability_request_phone ON inquiries.availability_request (phone, id);

ALTER TABLE payments.refund ADD COLUMN bearer_decided_at timestamptz;
CREATE INDEX refund_claimed ON payments.refund (id)
    WHERE responsible = 'platform' AND borne_by = 'seller' AND bearer_decided_at IS NULL AND status <> 'failed';
