-- DropIndex
DROP INDEX "sessions_expiresAt_idx";

-- CreateIndex
CREATE INDEX "sessions_idleExpiresAt_idx" ON "sessions"("idleExpiresAt");
