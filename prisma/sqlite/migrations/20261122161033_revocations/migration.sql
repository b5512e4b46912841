-- AlterTable
ALTER TABLE "sessions" ADD COLUMN "tokensExpireAt" DATETIME;

-- CreateTable
CREATE TABLE "revocations" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "before" DATETIME,
    "except" TEXT,
    "generation" INTEGER,
    "at" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL
);

-- CreateIndex
CREATE INDEX "revocations_at_idx" ON "revocations"("at");

-- CreateIndex
CREATE INDEX "revocations_expiresAt_idx" ON "revocations"("expiresAt");

-- What has ended so far: until no token can be left (86,400 s, and a minute for clocks).
INSERT INTO "revocations" ("id", "at", "expiresAt")
SELECT "id", "revokedAt", strftime('%Y-%m-%dT%H:%M:%f+00:00', "revokedAt", '+86460 seconds') FROM "sessions" WHERE "revokedAt" IS NOT NULL;
