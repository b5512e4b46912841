-- AlterTable
ALTER TABLE "users" ADD COLUMN "deletesAt" DATETIME;
ALTER TABLE "users" ADD COLUMN "passkeyHandle" TEXT;
ALTER TABLE "users" ADD COLUMN "passwordDistrustedAt" DATETIME;

-- AlterTable
ALTER TABLE "audit_events" ADD COLUMN "disputedAt" DATETIME;

-- CreateTable
CREATE TABLE "mail_tokens" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "purpose" TEXT NOT NULL,
    "userId" TEXT,
    "email" TEXT NOT NULL,
    "emailKey" TEXT NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 0,
    "sessionId" TEXT,
    "eventId" TEXT,
    "salt" TEXT NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "sentCount" INTEGER NOT NULL DEFAULT 0,
    "createdAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    CONSTRAINT "mail_tokens_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "mails" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "kind" TEXT NOT NULL,
    "recipient" TEXT,
    "locale" TEXT,
    "tokenId" TEXT,
    "facts" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "dueAt" DATETIME NOT NULL,
    "leaseUntil" DATETIME,
    "holder" TEXT,
    "createdAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "reserved_emails" (
    "emailKey" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    CONSTRAINT "reserved_emails_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "spent" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "expiresAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "state" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "value" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "totp" (
    "userId" TEXT NOT NULL PRIMARY KEY,
    "secret" TEXT,
    "pendingSecret" TEXT,
    "confirmedAt" DATETIME,
    "lastStep" INTEGER NOT NULL DEFAULT 0,
    "createdAt" DATETIME NOT NULL,
    CONSTRAINT "totp_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "recovery_codes" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "codeHash" TEXT NOT NULL,
    "usedAt" DATETIME,
    "createdAt" DATETIME NOT NULL,
    CONSTRAINT "recovery_codes_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "passkeys" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "credentialId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "publicKey" TEXT NOT NULL,
    "counter" BIGINT NOT NULL,
    "verifiesUser" BOOLEAN NOT NULL,
    "synced" BOOLEAN NOT NULL,
    "transports" TEXT NOT NULL DEFAULT '',
    "aaguid" TEXT,
    "name" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "lastUsedAt" DATETIME,
    CONSTRAINT "passkeys_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "identities" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "email" TEXT,
    "createdAt" DATETIME NOT NULL,
    "lastUsedAt" DATETIME,
    CONSTRAINT "identities_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_sessions" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "generation" INTEGER NOT NULL,
    "refreshCounter" INTEGER NOT NULL DEFAULT 0,
    "refreshSalt" TEXT NOT NULL,
    "spentSalt" TEXT,
    "spentKey" TEXT,
    "rotatedAt" DATETIME NOT NULL,
    "authenticatedAt" DATETIME NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "lastUsedAt" DATETIME NOT NULL,
    "idleExpiresAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    "revokedAt" DATETIME,
    "tokensExpireAt" DATETIME,
    "userAgent" TEXT,
    "ipAddress" TEXT,
    "methods" TEXT NOT NULL DEFAULT 'pwd',
    "verifiedAt" DATETIME,
    "kind" TEXT,
    CONSTRAINT "sessions_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "new_sessions" ("authenticatedAt", "createdAt", "expiresAt", "generation", "id", "idleExpiresAt", "ipAddress", "lastUsedAt", "refreshCounter", "refreshSalt", "revokedAt", "rotatedAt", "spentKey", "spentSalt", "tokensExpireAt", "userAgent", "userId") SELECT "authenticatedAt", "createdAt", "expiresAt", "generation", "id", "idleExpiresAt", "ipAddress", "lastUsedAt", "refreshCounter", "refreshSalt", "revokedAt", "rotatedAt", "spentKey", "spentSalt", "tokensExpireAt", "userAgent", "userId" FROM "sessions";
DROP TABLE "sessions";
ALTER TABLE "new_sessions" RENAME TO "sessions";
CREATE INDEX "sessions_userId_createdAt_idx" ON "sessions"("userId", "createdAt");
CREATE INDEX "sessions_idleExpiresAt_idx" ON "sessions"("idleExpiresAt");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;

-- CreateIndex
CREATE INDEX "mail_tokens_expiresAt_idx" ON "mail_tokens"("expiresAt");

-- CreateIndex
CREATE INDEX "mail_tokens_userId_purpose_idx" ON "mail_tokens"("userId", "purpose");

-- CreateIndex
CREATE INDEX "mail_tokens_emailKey_purpose_idx" ON "mail_tokens"("emailKey", "purpose");

-- CreateIndex
CREATE INDEX "mails_dueAt_idx" ON "mails"("dueAt");

-- CreateIndex
CREATE INDEX "reserved_emails_userId_idx" ON "reserved_emails"("userId");

-- CreateIndex
CREATE INDEX "reserved_emails_expiresAt_idx" ON "reserved_emails"("expiresAt");

-- CreateIndex
CREATE INDEX "spent_expiresAt_idx" ON "spent"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "recovery_codes_userId_codeHash_key" ON "recovery_codes"("userId", "codeHash");

-- CreateIndex
CREATE UNIQUE INDEX "passkeys_credentialId_key" ON "passkeys"("credentialId");

-- CreateIndex
CREATE INDEX "passkeys_userId_idx" ON "passkeys"("userId");

-- CreateIndex
CREATE INDEX "identities_userId_idx" ON "identities"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "identities_issuer_subject_key" ON "identities"("issuer", "subject");

-- CreateIndex
CREATE UNIQUE INDEX "users_passkeyHandle_key" ON "users"("passkeyHandle");

-- CreateIndex
CREATE INDEX "users_deletesAt_idx" ON "users"("deletesAt");
