/** What is noted of disputes. `docs/audit.md` explains it. */
export const timelineEvents = {
  'event.disputed': {
    words: 'An owner said of an event that this was somebody else; the detail tells which, and how many sessions ended.',
    isShown: true,
  },
} as const;

export type TimelineEvent = keyof typeof timelineEvents;
