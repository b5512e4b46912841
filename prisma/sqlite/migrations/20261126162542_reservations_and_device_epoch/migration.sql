-- AlterTable
ALTER TABLE "users" ADD COLUMN "deviceEpoch" INTEGER NOT NULL DEFAULT 0;

-- RedefineTables
CREATE TABLE "new_attempts" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "used" INTEGER NOT NULL,
    "reserved" INTEGER NOT NULL DEFAULT 0,
    "reservedBefore" INTEGER NOT NULL DEFAULT 0,
    "slot" INTEGER NOT NULL DEFAULT 0,
    "retryAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL
);
INSERT INTO "new_attempts" ("expiresAt", "key", "retryAt", "used") SELECT "expiresAt", "key", "retryAt", "used" FROM "attempts";
DROP TABLE "attempts";
ALTER TABLE "new_attempts" RENAME TO "attempts";
CREATE INDEX "attempts_expiresAt_idx" ON "attempts"("expiresAt");
