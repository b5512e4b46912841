-- AlterTable
ALTER TABLE "audit_events" ADD COLUMN "actor" TEXT;
