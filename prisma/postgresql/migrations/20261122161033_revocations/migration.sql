-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "tokensExpireAt" TIMESTAMP(3);

-- CreateTable
CREATE TABLE "revocations" (
    "id" TEXT NOT NULL,
    "before" TIMESTAMP(3),
    "except" TEXT,
    "generation" INTEGER,
    "at" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "revocations_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "revocations_at_idx" ON "revocations"("at");

-- CreateIndex
CREATE INDEX "revocations_expiresAt_idx" ON "revocations"("expiresAt");

-- What has ended so far: until no token can be left (86,400 s, and a minute for clocks).
INSERT INTO "revocations" ("id", "at", "expiresAt")
SELECT "id", "revokedAt", "revokedAt" + INTERVAL '86460 seconds' FROM "sessions" WHERE "revokedAt" IS NOT NULL;
