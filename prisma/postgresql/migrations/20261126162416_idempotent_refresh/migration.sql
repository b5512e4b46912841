-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "spentKey" TEXT,
ADD COLUMN     "spentSalt" TEXT;
