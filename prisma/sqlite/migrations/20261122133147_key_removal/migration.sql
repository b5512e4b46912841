-- AlterTable
ALTER TABLE "signing_keys" ADD COLUMN "removedAt" DATETIME;

-- The mark is on the key that was made last, which may not sign yet.
UPDATE "signing_keys" SET "slot" = 'newest' WHERE "slot" = 'active';
