-- AlterTable
ALTER TABLE "sessions" ADD COLUMN "spentKey" TEXT;
ALTER TABLE "sessions" ADD COLUMN "spentSalt" TEXT;
