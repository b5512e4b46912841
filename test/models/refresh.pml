/*
 * Rotation of a session's refresh token (decisions 006 and 022): src/sessions/refresh/session.rotation.ts, whose comments name F1 to F6.
 *
 * An owner, two requests that nodes work on at the same time, and lost answers. One step of the model is one statement in the
 * database, one message that arrives or is lost, or the end of the grace. -DWITHOUT_F3 takes a rule out, and then there must be a
 * counterexample (README.md).
 *
 * Worlds. -DPLAIN: the owner alone, who must never be signed out, whatever is lost and however late. -DTHIEF: somebody has copied the
 * stored token, and no key; outside of the grace the two must not both go on. -DRESTORE: the database is set back once.
 *
 * A token is its counter and its salt. Of the salt one bit is enough: a rotation changes it, and what comes after a backup has another
 * one than the time that was lost. A key is 1 for the one that the owner has stored for this token, 2 for any other.
 */
#define LAST 3 /* rotations that are looked at */
#define OWNER 0
#define SOMEBODY 1 /* the thief, or who holds a token of the lost time */

typedef Token { byte counter; bit salt };

/* The session's row */
byte counter = 0;
bit salt = 0, spentSalt = 0;
byte spentKey = 0;
bool grace = false, ended = false;
bit nextSalt = 1;

/* Who holds what, and the request of each that waits to be taken. */
Token held[2];
bool hasToken[2];
bool asks[2];
Token asked[2];
byte askedKey[2];
bool late = false; /* a request of the owner that the owner has given up, and the network has not */
Token lateToken;

/* Two nodes: 0 free; 1 the token was the current one when it was read; 2 it was the one before it, and came with its key */
byte work[2];
Token worked[2];
byte workedKey[2], readCounter[2];
bit workedFor[2];
bool listens[2]; /* somebody waits for the answer */

/* What the properties ask. */
bool gotNow[2];         /* who was given the current token */
bool bothInGrace = false;
bool restored = false, lostTimeWasGiven = false;
bool refused = false;   /* the owner was */

/* standingOf */
#define CURRENT(t) (t.counter == counter && t.salt == salt)
#ifdef WITHOUT_F6
#define PREVIOUS(t) (t.counter + 1 == counter)
#else
#define PREVIOUS(t) (t.counter + 1 == counter && t.salt == spentSalt) /* F6 */
#endif
#define OLDER(t) (t.counter + 1 < counter)

/* F3: the key that the token was spent with. */
#ifdef WITHOUT_F3
#define SAME_KEY(n) true
#else
#define SAME_KEY(n) (workedKey[n] == 1 && spentKey == 1)
#endif

inline free(n) {
  work[n] = 0; worked[n].counter = 0; worked[n].salt = 0; workedKey[n] = 0; readCounter[n] = 0; workedFor[n] = 0; listens[n] = false
}

/* The answer is sent, and arrives or is lost. */
inline give(n) {
  gotNow[workedFor[n]] = true;
#ifdef RESTORE
  if :: workedFor[n] == SOMEBODY -> lostTimeWasGiven = true :: else -> skip fi;
#endif
  if
  :: listens[n] -> held[workedFor[n]].counter = counter; held[workedFor[n]].salt = salt; asks[workedFor[n]] = false
  :: true -> skip
  fi;
  free(n)
}

inline refuse(n) {
  if :: workedFor[n] == OWNER && listens[n] -> refused = true :: else -> skip fi;
  if :: listens[n] -> asks[workedFor[n]] = false :: else -> skip fi;
  free(n)
}

inline endReused(n) { ended = true; refuse(n) }

/* The token is not the current one, or is no longer. */
inline giveAgain(n) {
  if
  :: ended -> refuse(n)
#ifdef WITHOUT_F2
  :: !ended && PREVIOUS(worked[n]) -> give(n)
#else
  :: !ended && PREVIOUS(worked[n]) && grace -> /* F2: within the grace, for everybody */
      bothInGrace = true;
      give(n)
  :: !ended && PREVIOUS(worked[n]) && !grace && SAME_KEY(n) -> work[n] = 2; readCounter[n] = counter
  :: !ended && PREVIOUS(worked[n]) && !grace && !SAME_KEY(n) -> endReused(n)
#endif
  :: !ended && OLDER(worked[n]) ->
#ifdef WITHOUT_F5
      refuse(n)
#else
      endReused(n) /* F5 */
#endif
  :: !ended && !PREVIOUS(worked[n]) && !OLDER(worked[n]) -> refuse(n) /* of a lost time: ends nothing */
  fi
}

/* F1: one statement, under the condition that the token is still the current one. */
inline rotate(n) {
  if
#ifdef WITHOUT_F1
  :: !ended ->
#else
  :: !ended && CURRENT(worked[n]) ->
#endif
      spentSalt = worked[n].salt; spentKey = workedKey[n];
      counter = worked[n].counter + 1;
      salt = nextSalt; nextSalt = 1 - nextSalt;
      grace = true; bothInGrace = false;
      gotNow[OWNER] = false; gotNow[SOMEBODY] = false;
      give(n)
#ifdef WITHOUT_F1
  :: ended -> refuse(n)
#else
  :: ended || !CURRENT(worked[n]) -> giveAgain(n)
#endif
  fi
}

/* F4: the same successor again, under the condition that it is still the current one. */
inline repeat(n) {
  if
#ifdef WITHOUT_F4
  :: !ended -> give(n)
  :: ended -> refuse(n)
#else
  :: !ended && counter == readCounter[n] -> give(n)
  :: !ended && counter != readCounter[n] -> endReused(n)
  :: ended -> refuse(n)
#endif
  fi
}

inline take(n, who, token, key, waits) {
  worked[n].counter = token.counter; worked[n].salt = token.salt;
  workedKey[n] = key; workedFor[n] = who; listens[n] = waits;
  if
  :: !ended && CURRENT(worked[n]) -> work[n] = 1
  :: ended || !CURRENT(worked[n]) -> giveAgain(n)
  fi
}

/* F9: a node works on a request for two seconds at most, so one that was given up is over before the owner asks with the next token. */
#ifdef WITHOUT_F9
#define F9 true
#else
#define SAME(n) (worked[n].counter == held[OWNER].counter && worked[n].salt == held[OWNER].salt)
#define F9 ((work[0] == 0 || workedFor[0] != OWNER || SAME(0)) && (work[1] == 0 || workedFor[1] != OWNER || SAME(1)))
#endif

#define FREE(n) (work[n] == 0)
#define WAITS_AT(n) (work[n] != 0 && workedFor[n] == OWNER && listens[n])
#define WORKS_FOR_SOMEBODY(n) (work[n] != 0 && workedFor[n] == SOMEBODY)

active proctype world() {
  hasToken[OWNER] = true;
  do
  :: atomic { true ->
#ifdef PLAIN
      assert(!ended && !refused); /* the owner is never signed out */
#endif
#ifdef THIEF
      assert(!(gotNow[OWNER] && gotNow[SOMEBODY] && !bothInGrace)); /* no token is given to both, but within its grace */
      assert(!(refused && !ended)); /* who is refused because of the other has ended the other's session */
#endif
#ifdef RESTORE
      assert(!lostTimeWasGiven);
#endif
#ifdef REACH_REPEATED
      assert(!(work[0] == 2 && counter == 2));
#endif
#ifdef REACH_TWO
      assert(!(work[0] == 1 && work[1] == 1 && workedFor[0] == workedFor[1]));
#endif
#ifdef REACH_REUSED
      assert(!(ended && gotNow[SOMEBODY]));
#endif
#ifdef REACH_LAST
      assert(counter < LAST);
#endif
#ifdef REACH_LOST_TIME
      assert(!(restored && hasToken[SOMEBODY] && held[SOMEBODY].counter + 1 == counter));
#endif
      if
      :: grace -> grace = false

      /* The owner: the key is stored before the request is sent (F7), and one request is under way at a time (F8). */
      :: hasToken[OWNER] && !asks[OWNER] && !refused && counter < LAST && F9 ->
          asks[OWNER] = true; asked[OWNER].counter = held[OWNER].counter; asked[OWNER].salt = held[OWNER].salt;
#ifdef WITHOUT_F7
          if :: askedKey[OWNER] = 1 :: askedKey[OWNER] = 2 fi /* a new one each time */
#else
          askedKey[OWNER] = 1
#endif
      :: asks[OWNER] -> /* no answer: given up, wherever it is; the next one has the same token and key */
#ifdef WITHOUT_F8
          if
          :: !late && work[0] == 0 && work[1] == 0 ->
              late = true; lateToken.counter = asked[OWNER].counter; lateToken.salt = asked[OWNER].salt
          :: true -> skip
          fi;
#endif
          asks[OWNER] = false;
          if :: work[0] != 0 && workedFor[0] == OWNER -> listens[0] = false :: else -> skip fi;
          if :: work[1] != 0 && workedFor[1] == OWNER -> listens[1] = false :: else -> skip fi
#ifdef WITHOUT_F8
      :: late && FREE(0) -> late = false; take(0, OWNER, lateToken, 1, false)
#endif

      /* A request is taken by a node; a second one of the same client only if the first was given up. */
      :: asks[OWNER] && FREE(0) && !WAITS_AT(1) -> take(0, OWNER, asked[OWNER], askedKey[OWNER], true)
      :: asks[OWNER] && FREE(1) && !WAITS_AT(0) -> take(1, OWNER, asked[OWNER], askedKey[OWNER], true)
      :: work[0] == 1 -> rotate(0)
      :: work[1] == 1 -> rotate(1)
      :: work[0] == 2 -> repeat(0)
      :: work[1] == 2 -> repeat(1)

#ifdef THIEF
      :: !hasToken[SOMEBODY] ->
          hasToken[SOMEBODY] = true; held[SOMEBODY].counter = held[OWNER].counter; held[SOMEBODY].salt = held[OWNER].salt
#endif
#ifdef RESTORE
      /* The backup is of the moment before the last rotation; what that one gave is of the lost time. */
      :: !restored && counter > 0 && work[0] == 0 && work[1] == 0 ->
          restored = true; hasToken[SOMEBODY] = true;
          held[SOMEBODY].counter = counter; held[SOMEBODY].salt = salt;
          counter = counter - 1; salt = spentSalt; nextSalt = 1 - held[SOMEBODY].salt;
          spentSalt = 1 - salt; spentKey = 0; grace = false;
          if
          :: held[OWNER].counter > counter -> held[OWNER].counter = counter; held[OWNER].salt = salt
          :: else -> skip
          fi;
          asks[OWNER] = false
#endif
#if defined(THIEF) || defined(RESTORE)
      :: hasToken[SOMEBODY] && FREE(1) && counter < LAST && !WORKS_FOR_SOMEBODY(0) -> take(1, SOMEBODY, held[SOMEBODY], 2, true)
      :: hasToken[SOMEBODY] && FREE(0) && counter < LAST && !WORKS_FOR_SOMEBODY(1) -> take(0, SOMEBODY, held[SOMEBODY], 2, true)
#endif
      :: else -> break
      fi
    }
  od
}
